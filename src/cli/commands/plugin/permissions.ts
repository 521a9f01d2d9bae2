// wippy plugin permissions NAME [--allow …]

import { string as text } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import type { Summary } from '../../../plugin/installed.ts'
import { json, print } from '../../output.ts'
import { PluginCommand } from '../../plugin-command.ts'
import { permissionText } from '../../plugin-text.ts'

export default class PluginPermissions extends PluginCommand {
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
    const allow = flags.none ? [] : flags.allow
    const plugin = await this.ask<Summary>(flags, {
      verb: 'plugin.permissions',
      args: { ...args, ...(allow && { allow }) },
      alone: (desk) => desk.permissions(args.name, allow),
      isChange: allow !== undefined,
    })
    print(flags.json ? json({ $type: 'permissions', v: 1, ...plugin }) : permissionText(plugin))
  }
}
