// wippy plugin install FILE

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Inspection } from '../../../plugin/installed.ts'
import { readComponentFile } from '../../component-file.ts'
import { json, print } from '../../output.ts'
import { PluginCommand } from '../../plugin-command.ts'
import { inspectionText, usageText } from '../../plugin-text.ts'

export default class PluginInstall extends PluginCommand {
  static override summary = 'Install a WebAssembly component.'
  static override description =
    `It is checked, compiled and kept; its functions can be called at once in the node that runs here, or else when the app starts.
What it imports is shown as what it asks for. It gets what --allow names and nothing else.`
  static override examples = [
    '<%= config.bin %> plugin install plugins/markdown',
    '<%= config.bin %> plugin install clock.wasm --allow clock --allow fs:/data=./data',
  ]
  static override args = { component: text({ required: true, description: 'The .wasm file, or a folder with one.' }) }
  static override flags = {
    name: string({ summary: 'Its name; the name of the file otherwise.', helpValue: '<name>' }),
    allow: string({
      summary:
        'What it may have: clock, random, env:NAME, fs:/guest=path[:rw[:SIZE]], kind:NAME, funcs.call:ID, registry.get:ID; repeatable.',
      helpValue: '<permission>',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginInstall)
    const { name, bytes } = readComponentFile(args.component)
    const asked = { name: flags.name ?? name, component: bytes, allow: flags.allow ?? [], update: false }
    const plugin = await this.ask<Inspection>(flags, {
      verb: 'plugin.install',
      args: asked,
      alone: (desk) => desk.install(asked),
      isChange: true,
    })
    if (flags.json) return print(json({ $type: 'plugin', v: 1, ...plugin }))
    print(inspectionText(plugin))
    print(usageText(plugin))
  }
}
