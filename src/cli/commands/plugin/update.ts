// wippy plugin update NAME FILE

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Inspection } from '../../../plugin/installed.ts'
import { readComponentFile } from '../../component-file.ts'
import { json, print } from '../../output.ts'
import { PluginCommand } from '../../plugin-command.ts'
import { inspectionText } from '../../plugin-text.ts'

export default class PluginUpdate extends PluginCommand {
  static override summary = 'Replace an installed component by another.'
  static override description =
    `Calls under way are answered by the former one. Its permissions stay as they are unless --allow names new ones.
A component that is broken, or lacks an export that is used, changes nothing.`
  static override args = {
    name: text({ required: true, description: 'The plugin.' }),
    component: text({ required: true, description: 'The .wasm file, or a folder with one.' }),
  }
  static override flags = {
    allow: string({
      summary: 'What it may have from now on; repeatable.',
      helpValue: '<permission>',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PluginUpdate)
    const { bytes } = readComponentFile(args.component)
    const asked = { name: args.name, component: bytes, update: true, ...(flags.allow && { allow: flags.allow }) }
    const plugin = await this.ask<Inspection>(flags, {
      verb: 'plugin.install',
      args: asked,
      alone: (desk) => desk.install(asked),
      isChange: true,
    })
    print(flags.json ? json({ $type: 'plugin', v: 1, ...plugin }) : inspectionText(plugin))
  }
}
