// wippy pack [PATH] -o FILE

import { accessSync, constants } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { string as text } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean, string } from '@oclif/core/flags'
import { configure } from '../configure.ts'
import { Exit } from '../exit.ts'
import { bytesText } from '../figures.ts'
import { json, print, quoted } from '../output.ts'
import { waitingFor } from '../progress.ts'
import { Quit } from '../quit.ts'
import { writeWhole } from '../whole-file.ts'

export default class Pack extends Command {
  static override summary = 'Put an app into one file, which "wippy run FILE" runs anywhere.'
  static override description =
    `Entries, sources, modules, plugins and settings, checked before they are packed. State, tokens and the environment stay behind.
The file has a checksum: one that is torn or was altered is not run.`
  static override examples = ['<%= config.bin %> pack -o shop.wapp', '<%= config.bin %> run shop.wapp greet Ada']
  static override args = { path: text({ description: 'The directory of the app.', default: '.' }) }
  static override flags = {
    output: string({ char: 'o', summary: 'The file to write; named after the app otherwise.', helpValue: '<file>' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Pack)
    const config = await configure({}, resolve(args.path))
    const file = flags.output ?? `${config.name ?? basename(config.root)}.wapp`
    accessSync(dirname(resolve(file)), constants.W_OK)
    const [{ check }, { packApp }] = await Promise.all([import('../../app/check.ts'), import('../../app/pack.ts')])
    const { problems } = await waitingFor('checking', check(config))
    if (problems.length > 0) throw new Quit(Exit.app, problems)
    const bytes = await waitingFor('packing', packApp(config))
    writeWhole(file, bytes)
    if (flags.json) print(json({ $type: 'pack', v: 1, file, bytes: bytes.length }))
    else print(`${file}, ${bytesText(bytes.length)}; to run it: wippy run ${quoted(file)}`)
  }
}
