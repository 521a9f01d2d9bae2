// What the build made, loaded once per thread: the compiled actor.wasm, the image it was booted into, and the bytecode of those files of
// runtime-lua that only some entries need.

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { decode } from '../msgpack.ts'
import { Image } from './image.ts'

const folder = new URL('../../wasm/', import.meta.url)

/** A file of runtime-lua: its bytecode, and the files it needs, each before it. */
export type RuntimeModule = {
  readonly name: string
  readonly needs: readonly string[]
  readonly code: Uint8Array
  /** Its functions are not preempted within: coroutines share their state. */
  readonly whole: boolean
}

export type Actor = {
  readonly module: WebAssembly.Module
  readonly image: Image
  /** In the order in which they need each other. */
  readonly modules: readonly RuntimeModule[]
}

let loaded: Actor | undefined

// actor.wasm says which of its branches are seldom taken; this V8 heeds that only when told to. And it is made of many small functions: with
// the limits that V8 sets itself, most of the calls between them stay calls. So is the kernel, of those in JavaScript.
for (const flag of [
  'experimental-wasm-branch-hinting',
  'wasm-inlining-factor=8',
  'wasm-inlining-budget=30000',
  'wasm-inlining-max-size=1500',
  'max-inlined-bytecode-size-cumulative=2500',
])
  setFlagsFromString(`--${flag}`)

/** Reads and compiles once; compilation is lazy in V8 and takes a few milliseconds. */
export const actor = (): Actor => {
  loaded ??= {
    module: new WebAssembly.Module(readFileSync(new URL('actor.wasm', folder))),
    image: Image.parse(readFileSync(new URL('actor.image', folder))),
    modules: decode(readFileSync(new URL('actor.modules', folder))) as RuntimeModule[],
  }
  return loaded
}

/** Names this build of the runtime: images of one build are of no use to another. */
export const buildName = (): string => {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256') // few starts need it, and it takes milliseconds to load
  for (const file of ['actor.wasm', 'actor.image', 'actor.modules']) hash.update(readFileSync(new URL(file, folder)))
  return hash.digest('hex').slice(0, 32)
}

/** The files that `names` stand for, with all they need, in order. Names that are no file of runtime-lua are left out. */
export const withNeeds = (modules: readonly RuntimeModule[], names: readonly string[]): RuntimeModule[] => {
  const wanted = new Set(names)
  for (const { name, needs } of modules.toReversed()) if (wanted.has(name)) for (const need of needs) wanted.add(need)
  return modules.filter(({ name }) => wanted.has(name))
}
