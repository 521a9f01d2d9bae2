// Builds every plugin here from its source: plugins/NAME/NAME.js and world.wit to NAME.wasm. Each build seeds its hash tables anew, so bytes differ.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentize } from 'componentize-qjs'

const here = import.meta.dirname

/** The component of one plugin. */
export const buildPlugin = async (name: string): Promise<Uint8Array> => {
  const source = join(here, name, `${name}.js`)
  const { component } = await componentize({
    witPath: join(here, name, 'world.wit'),
    jsSource: readFileSync(source, 'utf8'),
    jsPath: source,
    moduleRoot: join(here, '..'),
    sync: true,
    optSize: true,
    stubWasi: true,
  })
  return component
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
