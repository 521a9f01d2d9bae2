// wippy plugin inspect NAME

import { string as text } from '@oclif/core/args'
import type { Inspection } from '../../../plugin/installed.ts'
import { json, print } from '../../output.ts'
import { PluginCommand } from '../../plugin-command.ts'
import { inspectionText, usageText } from '../../plugin-text.ts'

export default class PluginInspect extends PluginCommand {
  static override summary = 'Show what a plugin exports, asks for, may have, and has done.'
  static override args = { name: text({ required: true, description: 'The plugin.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginInspect)
    const plugin = await this.ask<Inspection>(flags, { verb: 'plugin.inspect', args, alone: (desk) => desk.inspect(args.name) })
    if (flags.json) return print(json({ $type: 'plugin', v: 1, ...plugin }))
    print(inspectionText(plugin))
    print(usageText(plugin))
  }
}
