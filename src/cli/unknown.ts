// Somebody asked for a command there is not.

import type { Hook } from '@oclif/core'
import { Kind, WippyError } from '../error.ts'

export const unknown: Hook.CommandNotFound = async ({ id, config }) => {
  const { didYouMean } = await import('../index.ts')
  const names = config.commandIDs.map((known) => known.replaceAll(':', ' '))
  const asked = id.replaceAll(':', ' ')
  const hint = didYouMean(asked, names, `Commands: ${names.join(', ')}; "wippy --help" says more.`)
  throw new WippyError('COMMAND_UNKNOWN', Kind.NotFound, `"${asked}" is no command of wippy`, { hint })
}
