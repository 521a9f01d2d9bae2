// wippy stubs [DIRECTORY]

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { string } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { makeFolder } from '../../lmdb/folder.ts'
import { luaStubs, typescriptTypes } from '../lua-stubs.ts'
import { json, print } from '../output.ts'
import { writeWhole } from '../whole-file.ts'

const SETTINGS = (library: string): string =>
  `${JSON.stringify({ 'runtime.version': 'Lua 5.4', 'workspace.library': [library], 'diagnostics.globals': ['subscribe', 'unsubscribe'] }, null, 2)}\n`

export default class Stubs extends Command {
  static override summary = 'Write what editors need to know of the Lua API.'
  static override description =
    `Stubs for the language server of Lua (completion, signatures, types), a .luarc.json that names them when there is none, and types for TypeScript.`
  static override args = { directory: string({ description: 'Where to.', default: 'types/wippy' }) }
  static override flags = { json: boolean({ summary: 'As JSON.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Stubs)
    const { directory } = args
    makeFolder(directory)
    const files = [...luaStubs(), ['lua.d.ts', typescriptTypes()] as const]
    for (const [name, text] of files) writeWhole(join(directory, name), text)
    const isNew = !existsSync('.luarc.json')
    if (isNew) writeWhole('.luarc.json', SETTINGS(directory))
    if (flags.json) return print(json({ $type: 'stubs', v: 1, directory, files: files.map(([name]) => name) }))
    print(`${files.length} files written to ${directory}${isNew ? '; .luarc.json names them' : ''}`)
  }
}
