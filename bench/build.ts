// The VM built without metering, to be compared with: made once per state of the sources, kept in the system's folder for temporary files.

import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from '../src/msgpack.ts'
import { Image } from '../src/vm/image.ts'
import type { Actor, RuntimeModule } from '../src/vm/module.ts'
import { buildWasm } from '../wasm/build.ts'
import { bootImage } from '../wasm/image.ts'

const root = join(import.meta.dirname, '..')
const SOURCES = ['wasm/*.ts', 'wasm/companion/*.ts', 'runtime-lua/*.lua', 'src/vm/*.ts', 'package.json']

/** A folder that `readBuild` reads. Takes half a minute the first time; `say` is told then. */
export const unmeteredBuild = (say: (text: string) => void): string => {
  const hash = createHash('sha256')
  for (const file of globSync(SOURCES, { cwd: root }).sort()) hash.update(readFileSync(join(root, file)))
  const folder = join(tmpdir(), 'wippy-bench', hash.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  say('building the VM without metering, once: about half a minute')
  mkdirSync(join(folder, '..'), { recursive: true })
  const made = mkdtempSync(`${folder}-`)
  try {
    const wasm = buildWasm({ metered: false })
    const { image, modules } = bootImage(wasm)
    writeFileSync(join(made, 'actor.wasm'), wasm)
    writeFileSync(join(made, 'actor.image'), image)
    writeFileSync(join(made, 'actor.modules'), modules)
    renameSync(made, folder)
  } catch (cause) {
    rmSync(made, { recursive: true })
    throw cause
  }
  return folder
}

/** A build of the VM out of a folder. */
export const readBuild = (folder: string): Actor => ({
  module: new WebAssembly.Module(readFileSync(join(folder, 'actor.wasm'))),
  image: Image.parse(readFileSync(join(folder, 'actor.image'))),
  modules: decode(readFileSync(join(folder, 'actor.modules'))) as RuntimeModule[],
})
