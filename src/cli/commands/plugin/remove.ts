// wippy plugin remove NAME

import { string as text } from '@oclif/core/args'
import { NodeCommand } from '../../node-command.ts'
import { json, print } from '../../output.ts'

export default class PluginRemove extends NodeCommand {
  static override summary = 'Take a plugin away, unless an entry uses it.'
  static override description = 'Calls under way are answered. Going back to a version of the registry that had it brings it back.'
  static override args = { name: text({ required: true, description: 'The plugin.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginRemove)
    await this.withNode(flags, async (client) => {
      const removed = (await client.ask('plugin.remove', args)) as { readonly name: string; readonly version: number }
      print(
        flags.json ? json({ $type: 'removed', v: 1, ...removed }) : `${removed.name} was removed; the registry is at v${removed.version}`,
      )
    })
  }
}
