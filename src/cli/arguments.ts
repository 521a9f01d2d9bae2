// Whose is an argument: ours, or the process's that is run?
//
//   wippy run -o app:x:y=1 greet --loud -v          ours: -o app:x:y=1 greet      the process's: --loud -v
//   wippy run -x app:greet -s --loud                ours: -x app:greet -s         the process's: --loud
//   wippy run greet --loud -o app:x:y=1             ours: -o app:x:y=1 greet      the process's: --loud
// Everything behind the target belongs to the process, but for how the app is set up, which upstream's Makefiles write there: an override of an
// entry, a setting, a profile. With -x, which is a target and a flag in one, so does everything from the first thing on that is no flag of ours.
// The first `--` ends ours in any case.

import type { RunFlags } from './run.ts'

/** `true` for a flag that takes a value. */
const FLAGS: Readonly<Record<string, boolean>> = {
  '--exec': true,
  '--host': true,
  '--override': true,
  '--profile': true,
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
  h: '--help',
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

/** Flags that are ours behind the target, when their value looks like this. */
const BEHIND: Readonly<Record<string, RegExp>> = {
  '--override': /^[^:=]+:[^:=]+:[^:=]+=/,
  '--set': /^[\w-]+(?:\.[\w-]+)+=/,
  '--profile': /^[^-]/,
}

/** Divides what stands behind the target: what says how the app is set up is ours, up to the first `--`, which is nobody's. */
const divideBehind = (words: readonly string[]): Divided => {
  const [own, rest]: [string[], string[]] = [[], []]
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (word === '--') return { own, rest: [...rest, ...words.slice(at + 1)] }
    const [, flag = '', joined] = /^(-o(?=.)|--\w+(?==))=?(.+)$/.exec(word) ?? [word, word]
    const looks = BEHIND[flag === '-o' ? '--override' : flag]
    if (!looks?.test(joined ?? words[at + 1] ?? '')) rest.push(word)
    else if (joined !== undefined) own.push(word)
    else own.push(word, words[++at]!)
  }
  return { own, rest }
}

/** Divides what stands behind `wippy run`. */
export const divide = (argv: readonly string[]): Divided => {
  let executes = false
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    if (word === '--') return { own: argv.slice(0, at), rest: argv.slice(at + 1) }
    const flags = word.startsWith('-') && word !== '-' ? flagsIn(word) : null
    if (!flags) {
      const end = executes ? at : at + 1
      const { own, rest } = divideBehind(argv.slice(end))
      return { own: [...own, ...argv.slice(0, end)], rest }
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
  return own.at(-1) === 'list' ? [command, 'list', ...own.slice(0, -1), ...rest] : [command, ...own, '--', ...rest]
}

/** `wippy help X`, `wippy -h X` and `wippy X -h` as `wippy X --help`, which says the same. */
export const spelledOut = (argv: readonly string[]): readonly string[] => {
  const [first, ...words] = argv
  if (first !== 'help' && first !== '-h')
    return ownWords(argv).includes('-h') ? [...ownWords(argv).filter((word) => word !== '-h'), '--help'] : argv
  const end = ['run', 'dev'].includes(words[0] ?? '') && words[1] !== 'list' ? 1 : words.length // what else stands there is the process's
  return [...words.slice(0, end), '--help']
}

/** Those words of a command line that are ours. */
export const ownWords = (argv: readonly string[]): readonly string[] => {
  const guarded = guardArguments(argv)
  const end = guarded.indexOf('--')
  return guarded.slice(0, end < 0 ? undefined : end)
}

const MANY = ['--override', '--profile', '--set'] // flags that may come more than once

export type RunArguments = { readonly flags: RunFlags; readonly words: readonly string[] }

/**
 * The arguments of a plain `wippy run`. Null for everything else, and for what has anything odd about it: an unknown flag, a value that is
 * missing or empty or looks like a flag, one flag twice. oclif reads those, and knows what to say.
 */
export const runArguments = (argv: readonly string[]): RunArguments | null => {
  if (argv[0] !== 'run') return null
  const { own, rest } = divide(argv.slice(1))
  if (own.at(-1) === 'list') return null
  const values = new Map<string, string[]>()
  const words: string[] = []
  for (let at = 0; at < own.length; at++) {
    const word = own[at]!
    if (!word.startsWith('-') || word === '-') {
      words.push(word)
      continue
    }
    const { names = [], open = false } = flagsIn(word) ?? {}
    const last = names.at(-1)
    if (last === undefined || names.includes('--help')) return null
    for (const name of names) {
      if (values.has(name) && !MANY.includes(name)) return null
      if (!FLAGS[name]) values.set(name, [])
    }
    if (!FLAGS[last]) {
      if (word.includes('=')) return null
      continue
    }
    const value = open ? own[++at] : attached(word, last)
    if (!value || value.startsWith('-')) return null
    values.set(last, [...(values.get(last) ?? []), value])
  }
  const one = (name: string) => values.get(name)?.[0]
  const flags: RunFlags = {
    exec: one('--exec'),
    host: one('--host'),
    config: one('--config'),
    override: values.get('--override'),
    profile: values.get('--profile'),
    set: values.get('--set'),
    console: values.has('--console'),
    silent: values.has('--silent'),
    verbose: values.has('--verbose'),
    watch: values.has('--watch'),
  }
  return { flags, words: [...words, ...rest] }
}

/** The value in `--exec=app:greet` or `-sxapp:greet`; none in a form that nobody writes. */
const attached = (word: string, name: string): string | undefined => {
  if (word.startsWith('--')) return word.slice(name.length + 1)
  const letter = Object.keys(LETTERS).find((one) => LETTERS[one] === name) ?? ''
  const value = word.slice(word.indexOf(letter) + 1)
  return value.startsWith('=') ? undefined : value
}
