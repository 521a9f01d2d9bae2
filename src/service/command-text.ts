// A command of the system as whoever decides about it sees it.

/** Variables by which programs find other code to run. */
const STEERING = /^(?:PATH|IFS|ENV|SHELLOPTS|(?:LD_|DYLD_|BASH_|GIT_|NODE_|JAVA_|JDK_|PERL5|PYTHON|RUBY).*)$/i

/** A command with the variables before it that decide which code it is, as a shell has them: `PATH=/x ls`. */
export const commandText = (text: string, env: Readonly<Record<string, unknown>>): string => {
  const steering = Object.keys(env)
    .filter((name) => STEERING.test(name))
    .sort()
  return [...steering.map((name) => `${name}=${String(env[name])}`), text].join(' ')
}
