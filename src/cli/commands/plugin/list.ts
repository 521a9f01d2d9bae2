// wippy plugin list

import type { Summary } from '../../../plugin/installed.ts'
import { NodeCommand } from '../../node-command.ts'
import { json, print } from '../../output.ts'
import { pluginTable } from '../../plugin-text.ts'

export default class PluginList extends NodeCommand {
  static override summary = 'List the plugins that are installed.'

  override async run(): Promise<void> {
    const { flags } = await this.parse(PluginList)
    await this.withNode(flags, async (client) => {
      const { plugins } = (await client.ask('plugin.list')) as { readonly plugins: readonly Summary[] }
      if (flags.json) print(json({ $type: 'plugins', v: 1, plugins }))
      else print(plugins.length === 0 ? 'No plugin is installed. To install one: wippy plugin install FILE' : pluginTable(plugins))
    })
  }
}
