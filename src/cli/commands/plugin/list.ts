// wippy plugin list

import type { Summary } from '../../../plugin/installed.ts'
import { json, print } from '../../output.ts'
import { PluginCommand } from '../../plugin-command.ts'
import { pluginTable } from '../../plugin-text.ts'

export default class PluginList extends PluginCommand {
  static override summary = 'List the plugins that are installed.'

  override async run(): Promise<void> {
    const { flags } = await this.parse(PluginList)
    const { plugins } = await this.ask<{ readonly plugins: readonly Summary[] }>(flags, {
      verb: 'plugin.list',
      args: {},
      alone: async (desk) => ({ plugins: await desk.list() }),
    })
    if (flags.json) print(json({ $type: 'plugins', v: 1, plugins }))
    else print(plugins.length === 0 ? 'No plugin is installed. To install one: wippy plugin install FILE' : pluginTable(plugins))
  }
}
