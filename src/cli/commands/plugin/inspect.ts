// wippy plugin inspect NAME

import { string as text } from '@oclif/core/args'
import type { Inspection } from '../../../plugin/installed.ts'
import { NodeCommand } from '../../node-command.ts'
import { json, print } from '../../output.ts'
import { inspectionText, usageText } from '../../plugin-text.ts'

export default class PluginInspect extends NodeCommand {
  static override summary = 'Show what a plugin exports, asks for, may have, and has done.'
  static override args = { name: text({ required: true, description: 'The plugin.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginInspect)
    await this.withNode(flags, async (client) => {
      const plugin = (await client.ask('plugin.inspect', args)) as Inspection
      if (flags.json) return print(json({ $type: 'plugin', v: 1, ...plugin }))
      print(inspectionText(plugin))
      print(usageText(plugin))
    })
  }
}
