// wippy init: makes the working directory an app, with what the template `hello` has when there is nothing yet.
//
// Nothing that is there is written over.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from '@oclif/core/command'
import { string } from '@oclif/core/flags'
import { print } from '../output.ts'
import { copyInto, templateNamed } from '../templates.ts'
import { writeWhole } from '../whole-file.ts'

const lock = (src: string, modules: string): string =>
  `directories:\n  modules: ${JSON.stringify(modules)}\n  src: ${JSON.stringify(src)}\n`

const tell = (file: string, wasThere: boolean): void => print(`${file} ${wasThere ? 'is there already' : 'written'}`)

export default class Init extends Command {
  static override summary = 'Make this directory an app.'
  static override description =
    'Writes a wippy.lock, and a first process when there is no source directory yet. Existing files stay as they are. To start from a template in a new directory, use wippy new.'
  static override flags = {
    'src-dir': string({ char: 'd', summary: 'Where the entries are.', default: './src' }),
    'modules-dir': string({ summary: 'Where modules are kept.', default: '.wippy' }),
    'lock-file': string({ char: 'l', summary: 'The file to write.', default: 'wippy.lock' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Init)
    const { 'src-dir': src, 'lock-file': file } = flags
    const isNew = !existsSync(src)
    const wasThere = existsSync(file)
    if (!wasThere) writeWhole(file, lock(src, flags['modules-dir']))
    tell(file, wasThere)
    if (!isNew) return
    for (const one of copyInto(join(templateNamed('hello').folder, 'src'), src)) tell(one.file, one.wasThere)
    print('Now try: wippy run hello')
  }
}
