// Whose is an argument: ours, or the process's that is run?
//
//   wippy run -o app:x:y=1 greet --loud -v          ours: -o app:x:y=1 greet      the process's: --loud -v
//   wippy run -x app:greet -s --loud                ours: -x app:greet -s         the process's: --loud
// Everything behind the target belongs to the process, untouched. With -x, which is a target and a flag in one, so does everything from the
// first thing on that is no flag of ours. `--` ends ours in any case.

/** `true` for a flag that takes a value. */
const FLAGS: Readonly<Record<string, boolean>> = {
  '--exec': true,
  '--host': true,
  '--override': true,
  '--set': true,
  '--config': true,
  '--console': false,
  '--silent': false,
  '--verbose': false,
  '--watch': false,
  '--help': false,
}
const LETTERS: Readonly<Record<string, string>> = {
  x: '--exec',
  o: '--override',
  c: '--console',
  s: '--silent',
  v: '--verbose',
}

/** The flags in `-cs`, `-x`, `-xapp:greet` by their long names; null when one is not ours. `open` when the last still needs its value. */
const flagsIn = (word: string): { readonly names: readonly string[]; readonly open: boolean } | null => {
  if (word.startsWith('--')) {
    const [name = '', value] = word.split('=', 2)
    return name in FLAGS ? { names: [name], open: FLAGS[name]! && value === undefined } : null
  }
  const names: string[] = []
  for (let at = 1; at < word.length; at++) {
    const name = LETTERS[word[at]!]
    if (name === undefined) return null
    names.push(name)
    if (FLAGS[name]) return { names, open: at === word.length - 1 }
  }
  return { names, open: false }
}

export type Divided = { readonly own: readonly string[]; readonly rest: readonly string[] }

/** Divides what stands behind `wippy run`. */
export const divide = (argv: readonly string[]): Divided => {
  let executes = false
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    if (word === '--') return { own: argv.slice(0, at), rest: argv.slice(at + 1) }
    const flags = word.startsWith('-') && word !== '-' ? flagsIn(word) : null
    if (!flags) {
      const end = executes ? at : at + 1
      return { own: argv.slice(0, end), rest: argv.slice(end) }
    }
    executes ||= flags.names.includes('--exec')
    if (flags.open) at++
  }
  return { own: argv, rest: [] }
}

/** The whole command line, with a `--` where those of `wippy run` or `wippy dev` end: behind it oclif does not look for flags, not even --help. */
export const guardArguments = (argv: readonly string[]): string[] => {
  const [command, ...more] = argv
  if (command !== 'run' && command !== 'dev') return [...argv]
  const { own, rest } = divide(more)
  return own.at(-1) === 'list' ? [...argv] : [command, ...own, '--', ...rest]
}
