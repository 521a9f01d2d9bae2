// The VM built without metering, to be compared with: made once per state of its sources, kept in the system's folder for temporary files.

import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWasm } from '../wasm/build.ts'
import { bootImage } from '../wasm/image.ts'

const root = join(import.meta.dirname, '..')
const kept = join(tmpdir(), 'wippy-bench')
const WASM = ['wasm/*.ts', 'wasm/companion/*.ts', 'src/vm/abi.ts', 'package.json']
const IMAGE = ['runtime-lua/*.lua', 'src/vm/*.ts', 'src/kernel/frame*.ts']

const hashOf = (patterns: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const file of globSync(patterns, { cwd: root }).sort()) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex').slice(0, 16)
}

/** A folder that holds what `files` gives, by name; made only when there is none of that name, and whole or not at all. */
const folderOf = (name: string, files: () => Readonly<Record<string, Uint8Array>>): string => {
  const folder = join(kept, name)
  if (existsSync(folder)) return folder
  const content = Object.entries(files())
  mkdirSync(kept, { recursive: true })
  const made = mkdtempSync(`${folder}-`)
  try {
    for (const [file, bytes] of content) writeFileSync(join(made, file), bytes)
    renameSync(made, folder)
  } catch (cause) {
    rmSync(made, { recursive: true })
    if (!existsSync(folder)) throw cause // else another run was quicker
  }
  return folder
}

/** A folder with actor.wasm and what is booted with it. Takes half a minute the first time; `say` is told then. */
export const unmeteredBuild = (say: (text: string) => void): string => {
  const compiled = hashOf(WASM)
  const wasm = (): Uint8Array => {
    say('building the VM without metering, once: about half a minute')
    return buildWasm({ metered: false })
  }
  const source = folderOf(`wasm-${compiled}`, () => ({ 'actor.wasm': wasm() }))
  return folderOf(`actor-${compiled}-${hashOf(IMAGE)}`, () => {
    const bytes = readFileSync(join(source, 'actor.wasm'))
    const { image, modules } = bootImage(bytes)
    return { 'actor.wasm': bytes, 'actor.image': image, 'actor.modules': modules }
  })
}
