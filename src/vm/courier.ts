// What carries frames between a memory and the places where mailboxes lie, in WebAssembly (wasm/courier.wat): one for each memory.

import { readFileSync } from 'node:fs'
import { places } from '../kernel/places.ts'
import type { Exports } from './abi.ts'

/** Bytes of a name under which messages are carried. */
export const LONGEST_NAME = 64

/** The exports of courier.wasm, for one memory. */
export type Courier = {
  introduce(length: number): void
  deliver(from: number, to: number, bytes: number, fuel: number, hard: number, pages: number, nowMs: number): number
  exchange(from: number, to: number, bytes: number, fuel: number, hard: number, pages: number, nowMs: number, reply: number): number
}

let compiled: WebAssembly.Module | undefined
const courierModule = (): WebAssembly.Module => {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../wasm/courier.wasm', import.meta.url)))
  return compiled
}

/** The courier between the places and a memory; `process` are the exports of actor.wasm that it belongs to. */
export const courierOf = ({ memory, step }: Exports): Courier => {
  const imports = { process: { memory, step }, places: { memory: places.memory } }
  return new WebAssembly.Instance(courierModule(), imports).exports as unknown as Courier
}
