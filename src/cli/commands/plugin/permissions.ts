// wippy plugin permissions NAME [--allow …]

import { string as text } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import type { Summary } from '../../../plugin/installed.ts'
import { NodeCommand } from '../../node-command.ts'
import { json, print } from '../../output.ts'
import { permissionText } from '../../plugin-text.ts'

export default class PluginPermissions extends NodeCommand {
  static override summary = 'Show what a plugin asks for and may have, or change it.'
  static override examples = [
    '<%= config.bin %> plugin permissions clock --allow clock',
    '<%= config.bin %> plugin permissions clock --none',
  ]
  static override args = { name: text({ required: true, description: 'The plugin.' }) }
  static override flags = {
    allow: string({
      summary: 'What it may have from now on, and nothing else; repeatable.',
      helpValue: '<permission>',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['none'],
    }),
    none: boolean({ summary: 'Take everything away.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginPermissions)
    await this.withNode(flags, async (client) => {
      const allow = flags.none ? [] : flags.allow
      const plugin = (await client.ask('plugin.permissions', { ...args, ...(allow && { allow }) })) as Summary
      print(flags.json ? json({ $type: 'permissions', v: 1, ...plugin }) : permissionText(plugin))
    })
  }
}
