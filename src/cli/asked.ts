// The commands that oclif gets to see: the one that is asked for, or all where that is not clear (help, a topic, a mistake).

import type { Command } from '@oclif/core'
import { loadCommands, COMMANDS as table } from './commands/index.ts'

export let COMMANDS: Readonly<Record<string, Command.Class>> = {}

/** The id of the command at the beginning of a command line, as far as it is one. */
const idIn = (argv: readonly string[]): string | undefined => {
  const end = argv.findIndex((word) => word.startsWith('-'))
  const words = argv.slice(0, end < 0 ? undefined : end)
  return [2, 1].map((length) => words.slice(0, length).join(':')).find((id) => Object.hasOwn(table, id))
}

export const lookUp = async (argv: readonly string[]): Promise<void> => {
  const id = idIn(argv)
  COMMANDS = await loadCommands(id === undefined ? undefined : [id])
}
