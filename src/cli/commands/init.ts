// wippy init: makes the working directory an app.
//
// Nothing that is there is written over.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from '@oclif/core/command'
import { string } from '@oclif/core/flags'
import { print } from '../output.ts'

const INDEX = `version: "1.0"
namespace: app

entries:
  - name: terminal
    kind: terminal.host

  - name: hello
    kind: process.lua
    meta:
      command: { name: hello, short: Say hello }
    source: file://hello.lua
    modules: [io]
`

const HELLO = `local io = require("io")

local function main(name)
  io.print("Hello, " .. (name or "world") .. "!")
end

return { main = main }
`

const lock = (src: string, modules: string): string =>
  `directories:\n  modules: ${JSON.stringify(modules)}\n  src: ${JSON.stringify(src)}\n`

/** Writes a file unless there is one; says which. */
const make = (file: string, content: string): void => {
  const isThere = existsSync(file)
  print(isThere ? `${file} is there already` : `${file} written`)
  if (isThere) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

export default class Init extends Command {
  static override summary = 'Make this directory an app.'
  static override description =
    'Writes a wippy.lock, and a first process when there is no source directory yet. What is there stays as it is.'
  static override flags = {
    'src-dir': string({ char: 'd', summary: 'Where the entries are.', default: './src' }),
    'modules-dir': string({ summary: 'Where modules are kept.', default: '.wippy' }),
    'lock-file': string({ char: 'l', summary: 'The file to write.', default: 'wippy.lock' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Init)
    const src = flags['src-dir']
    const isNew = !existsSync(src)
    make(flags['lock-file'], lock(src, flags['modules-dir']))
    if (!isNew) return
    make(join(src, '_index.yaml'), INDEX)
    make(join(src, 'hello.lua'), HELLO)
    print('Now try: wippy run hello')
  }
}
