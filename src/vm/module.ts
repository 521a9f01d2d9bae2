// The compiled actor.wasm and the image it was booted into, shared by every process of this thread.

import { readFileSync } from 'node:fs'
import { Image } from './image.ts'

const folder = new URL('../../wasm/', import.meta.url)

export type Actor = { readonly module: WebAssembly.Module; readonly image: Image }

let loaded: Actor | undefined

/** Reads and compiles once; compilation is lazy in V8 and takes a few milliseconds. */
export const actor = (): Actor => {
  loaded ??= {
    module: new WebAssembly.Module(readFileSync(new URL('actor.wasm', folder))),
    image: Image.parse(readFileSync(new URL('actor.image', folder))),
  }
  return loaded
}
