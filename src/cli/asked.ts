// The commands that oclif gets to see: the one that is asked for, or all where that is not clear (help, a topic, a mistake).

import type { Command } from '@oclif/core'
import { loadCommands, COMMANDS as table } from './commands/index.ts'

export let COMMANDS: Readonly<Record<string, Command.Class>> = {}

/** Its words, and what stands behind them, up to the first flag. */
export let WORDS: readonly string[] = []

const wordsIn = (argv: readonly string[]): readonly string[] => {
  const end = argv.findIndex((word) => word.startsWith('-'))
  return argv.slice(0, end < 0 ? undefined : end)
}

/** The id of the command at the beginning of a command line, as far as it is one. */
const idIn = (words: readonly string[]): string | undefined =>
  [2, 1].map((length) => words.slice(0, length).join(':')).find((id) => Object.hasOwn(table, id))

export const lookUp = async (argv: readonly string[]): Promise<void> => {
  WORDS = wordsIn(argv)
  const id = idIn(WORDS)
  COMMANDS = await loadCommands(id === undefined ? undefined : [id])
}
