// wippy plugin install FILE

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Inspection } from '../../../plugin/installed.ts'
import { readComponentFile } from '../../component-file.ts'
import { NodeCommand } from '../../node-command.ts'
import { json, print } from '../../output.ts'
import { inspectionText, usageText } from '../../plugin-text.ts'

export default class PluginInstall extends NodeCommand {
  static override summary = 'Install a WebAssembly component into the node that runs here.'
  static override description = `It is checked, compiled and kept; its functions can be called at once, and after a restart.
What it imports is shown as what it asks for. It gets what --allow names and nothing else.`
  static override examples = [
    '<%= config.bin %> plugin install plugins/markdown',
    '<%= config.bin %> plugin install clock.wasm --allow clock --allow fs:/data=./data',
  ]
  static override args = { component: text({ required: true, description: 'The .wasm file, or a folder with one.' }) }
  static override flags = {
    name: string({ summary: 'Its name; the name of the file otherwise.', helpValue: '<name>' }),
    allow: string({
      summary: 'What it may have: clock, random, env:NAME, fs:/guest=path, fs:/guest=path:rw; repeatable.',
      helpValue: '<permission>',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginInstall)
    await this.withNode(flags, async (client) => {
      const { name, bytes } = readComponentFile(args.component)
      const asked = { name: flags.name ?? name, component: bytes, allow: flags.allow ?? [] }
      const plugin = (await client.ask('plugin.install', asked)) as Inspection
      if (flags.json) return print(json({ $type: 'plugin', v: 1, ...plugin }))
      print(inspectionText(plugin))
      print(usageText(plugin))
    })
  }
}
