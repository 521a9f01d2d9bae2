// The command line: runs what the arguments ask for and says what went wrong.
//
// C1  Input that is wrong gives one message: what, where, how to mend it. A JavaScript stack appears only for a bug of ours, with WIPPY_DEBUG=1.
// C2  What a command needs of the runtime it imports when it runs; help and version never load it.
// C3  `wippy run` and `wippy ps` with nothing odd about them go without oclif, which takes longer to load than the app takes to start. Help,
//     mistakes and every other command are oclif's.

import { describe, WippyError } from '../error.ts'
import { ownWords, runArguments, spelledOut } from './arguments.ts'
import { Exit, exitOf } from './exit.ts'
import { watchOutput } from './outlets.ts'
import { errorJson, sayAll } from './output.ts'
import { Quit } from './quit.ts'
import { refusalOf } from './refusal.ts'

type Failure = Error & {
  readonly code?: string
  readonly oclif?: { readonly exit?: number }
  readonly parse?: { readonly input?: { readonly flags?: object } }
  /** Flags there are not. */
  readonly flags?: readonly string[]
}

/** Whether our part of a command line asks for JSON. */
const wantsJson = (argv: readonly string[]): boolean => ownWords(argv).includes('--json')

/** Of flags there are not, those that may have been meant. */
const proposal = async ({ flags = [], parse }: Failure): Promise<string> => {
  if (flags.length === 0) return ''
  const { nearest } = await import('../index.ts')
  const known = Object.keys(parse?.input?.flags ?? {})
  const meant = flags.flatMap((flag) => {
    const word = flag.replace(/^-+/, '')
    const name = nearest(word, known) ?? known.find((one) => one.startsWith(word))
    return name === undefined ? [] : `--${name}`
  })
  return meant.length === 0 ? '' : `\n  → Did you mean ${meant.join(', ')}?`
}

/** What oclif says, without the words that help nobody: our flags that may come several times take one value each, wherever they stand. */
const plainly = (said: string): string =>
  said
    .replace(/^Error: /, '')
    .replace(/^The following errors? occurred:\n\s*/, '')
    .replace(/\n\nNote: .* allows? multiple values\.[^\n]*\n[^\n]*/, '')
    .replace(/^Parsing (--\S+) *\n\t/, '$1: ')

/** Says what went wrong; returns the exit code. */
const tell = async (error: Failure, asJson: boolean): Promise<number> => {
  if (error instanceof Quit) {
    if (asJson && error.problems.length > 0) console.error(errorJson(...error.problems))
    else sayAll(error.problems)
    return error.exitCode
  }
  if (error.code === 'EEXIT') return error.oclif?.exit ?? 0
  const told = error instanceof WippyError ? error : refusalOf(error)
  if (told) {
    console.error(asJson ? errorJson(told) : describe(told))
    if (told !== error && process.env.WIPPY_DEBUG) console.error(error.stack)
    return exitOf(told)
  }
  if (error.parse || error.oclif) {
    const said = plainly(error.message)
    const help = said.includes('--help') ? '' : '\nSee more help with --help'
    const message = `${said}${help}${await proposal(error)}`
    console.error(asJson ? errorJson({ code: 'USAGE', message }) : message)
    return error.oclif?.exit ?? Exit.usage
  }
  console.error(`a bug in wippy: ${error.message}`)
  console.error(process.env.WIPPY_DEBUG ? error.stack : '  → WIPPY_DEBUG=1 shows where')
  return 1
}

/** Does a plain `wippy ps`; false when it is anything else. */
const isPlainPs = async ([command, ...argv]: readonly string[]): Promise<boolean> => {
  if (command !== 'ps') return false
  const { ps, psFlags } = await import('./ps.ts')
  const flags = psFlags(argv)
  if (flags) await ps(flags)
  return flags !== null
}

/** Runs the command line. Sets the exit code; what still runs keeps the program alive. */
export const main = async (typed: readonly string[]): Promise<void> => {
  const argv = spelledOut(typed)
  watchOutput()
  try {
    const asked = runArguments(argv)
    if (asked) await (await import('./run.ts')).run(asked.flags, asked.words)
    else if (await isPlainPs(argv)) return
    else await (await import('./oclif.ts')).runCommand(argv)
  } catch (error) {
    process.exitCode = await tell(error as Failure, wantsJson(argv))
  }
}
