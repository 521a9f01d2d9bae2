// wippy plugin remove NAME

import { string as text } from '@oclif/core/args'
import { json, print } from '../../output.ts'
import { PluginCommand } from '../../plugin-command.ts'

export default class PluginRemove extends PluginCommand {
  static override summary = 'Remove a plugin, unless an entry uses it.'
  static override description = 'Calls under way are still answered. Rolling the registry back to a version that had it brings it back.'
  static override args = { name: text({ required: true, description: 'The plugin.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginRemove)
    const removed = await this.ask(flags, { verb: 'plugin.remove', args, alone: (desk) => desk.remove(args.name), isChange: true })
    print(flags.json ? json({ $type: 'removed', v: 1, ...removed }) : `${removed.name} was removed; the registry is at v${removed.version}`)
  }
}
