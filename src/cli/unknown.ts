// Somebody asked for a command there is not.

import type { Hook } from '@oclif/core'
import { Kind, WippyError } from '../error.ts'
import { WORDS } from './asked.ts'

export const unknown: Hook.CommandNotFound = async ({ id, config }) => {
  const { didYouMean } = await import('../index.ts')
  const words = id === WORDS.join(':') ? WORDS : id.split(':') // oclif has joined them, and an argument may have colons
  const ids = config.commands.flatMap((known) => (known.hidden ? [] : [known.id]))
  const command = words.map((_, at) => words.slice(0, words.length - at)).find((part) => ids.includes(part.join(':')))
  if (command && command.length < words.length) {
    const name = command.join(' ')
    throw new WippyError('COMMAND_UNKNOWN', Kind.Invalid, `wippy ${name} takes no "${words.slice(command.length).join(' ')}"`, {
      hint: `"wippy ${name} --help" shows what it takes.`,
    })
  }
  const asked = words.join(' ')
  const first = [...new Set(ids.map((known) => known.split(':')[0]!))]
  const names = [...first, ...ids.map((known) => known.replaceAll(':', ' '))]
  const hint = didYouMean(asked, names, `Commands: ${first.join(', ')}; "wippy --help" says more.`)
  throw new WippyError('COMMAND_UNKNOWN', Kind.NotFound, `"${asked}" is no command of wippy`, { hint })
}
