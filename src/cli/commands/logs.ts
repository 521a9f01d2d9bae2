// wippy logs

import { boolean } from '@oclif/core/flags'
import type { WippyError } from '../../error.ts'
import { NodeCommand } from '../node-command.ts'
import { endWhenUnread } from '../outlets.ts'
import { complain, jsonLine, print, visible } from '../output.ts'

type Line = {
  readonly time: number
  readonly level: string
  readonly source: string
  readonly message: string
  readonly fields: readonly (readonly [string, string])[]
}

const lineText = ({ time, level, source, message, fields }: Line): string => {
  const told = fields.map(([name, value]) => `${visible(name)}=${visible(value)}`)
  return [new Date(time).toISOString(), level.toUpperCase().padEnd(5), visible(source), visible(message), ...told].join(' ')
}

export default class Logs extends NodeCommand {
  static override summary = 'Show what the node that runs here has logged lately.'
  static override flags = { follow: boolean({ char: 'f', summary: 'Go on showing what it logs, until Ctrl-C.' }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Logs)
    endWhenUnread()
    const whenFollowed = (error: WippyError) => {
      if (flags.follow && error.code === 'NODE_GONE') return { lost: 0 } // until it ends: that is what was asked for
      throw error
    }
    await this.withNode(flags, async (client) => {
      const show = (line: unknown) => print(flags.json ? jsonLine(line) : lineText(line as Line))
      const { lost } = (await client.ask('logs', { follow: flags.follow }, show).catch(whenFollowed)) as { readonly lost: number }
      if (lost > 0) complain(`${lost} lines came faster than they could be shown`)
    })
  }
}
