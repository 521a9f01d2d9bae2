// Builds every plugin here from its source: plugins/NAME/NAME.js and world.wit to NAME.wasm. Each build seeds its hash tables anew, so bytes differ.

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { componentize } from 'componentize-qjs'

const here = import.meta.dirname

/** A world with what plugins may ask the node, or do for it, in the same text. */
export const withRuntime = (world: string): string => {
  const runtime = readFileSync(join(here, '../wit/runtime.wit'), 'utf8')
  return `${world}\n${runtime.replace(/^package (\S+);([\s\S]*)$/, 'package $1 {$2}')}`
}

/** The component of one plugin. */
export const buildPlugin = async (name: string): Promise<Uint8Array> => {
  const source = join(here, name, `${name}.js`)
  const folder = mkdtempSync(join(tmpdir(), 'wippy-plugin-'))
  try {
    const witPath = join(folder, 'world.wit')
    writeFileSync(witPath, withRuntime(readFileSync(join(here, name, 'world.wit'), 'utf8')))
    const { component } = await componentize({
      witPath,
      jsSource: readFileSync(source, 'utf8'),
      jsPath: source,
      moduleRoot: join(here, '..'),
      sync: true,
      optSize: true,
      stubWasi: true,
    })
    return component
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const PLUGINS: readonly string[] = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort()

if (import.meta.main) {
  for (const name of PLUGINS) {
    const component = await buildPlugin(name)
    writeFileSync(join(here, name, `${name}.wasm`), component)
    console.log(`${name}.wasm  ${component.length} bytes  ${createHash('sha256').update(component).digest('hex')}`)
  }
}
