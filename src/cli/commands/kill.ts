// wippy kill PID

import { boolean } from '@oclif/core/flags'
import { NodeCommand, processArgument } from '../node-command.ts'
import { json, print, visible } from '../output.ts'

export default class Kill extends NodeCommand {
  static override summary = 'End a process of the node that runs here.'
  static override description =
    'By force, whatever it does at the moment; what is linked to it or supervises it hears of that. With --cancel it is asked to end.'
  static override args = {
    process: processArgument,
  }
  static override flags = { cancel: boolean({ summary: 'Ask it to end; whether and when it does is its own decision.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Kill)
    await this.withNode(flags, async (client) => {
      const { pid } = (await client.ask('kill', { ...args, cancel: flags.cancel })) as { readonly pid: string }
      if (flags.json) print(json({ $type: 'killed', v: 1, pid, by: flags.cancel ? 'cancel' : 'force' }))
      else print(`${visible(pid)} ${flags.cancel ? 'was asked to end' : 'was ended'}`)
    })
  }
}
