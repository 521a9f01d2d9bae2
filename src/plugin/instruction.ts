// One WebAssembly instruction after another: how long each is, and which of them metering has to know.
//
// WebAssembly 2.0 with tail calls and exceptions. What can block a thread, hide memory or is not known here (threads, several memories,
// 64-bit memories, garbage collection) is refused.

import { Kind, WippyError } from '../error.ts'
import { malformed, type WasmReader } from './wasm-reader.ts'

export const LOOP = 0x03
export const END = 0x0b
export const GLOBAL_GET = 0x23
export const GLOBAL_SET = 0x24
export const MEMORY_GROW = 0x40
export const BULK = 0xfc
export const THROWS: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a]) // anew, again, by reference
const SIMD = 0xfd

/** Second bytes of BULK instructions whose last operand is a length: of memory, of tables. */
export const BYTES: ReadonlySet<number> = new Set([8, 10, 11])
export const ENTRIES: ReadonlySet<number> = new Set([12, 14, 17])
const TABLE_GROW = 15

const unsupported = (what: string): WippyError =>
  new WippyError('PLUGIN_FEATURE', Kind.Invalid, `the module uses ${what}, which plugins may not`, {
    retryable: false,
    hint: 'Build the component for WebAssembly 2.0 without threads, garbage collection and 64-bit memories.',
  })

const skipBlockType = (reader: WasmReader): void => {
  const byte = reader.bytes[reader.at]
  reader.skipLeb()
  if (byte === 0x63 || byte === 0x64) reader.skipLeb()
}

const skipMemoryArgument = (reader: WasmReader): void => {
  if (reader.u32() >= 64) throw unsupported('several memories')
  reader.skipLeb()
}

const onlyMemory = (reader: WasmReader): void => {
  if (reader.u32() !== 0) throw unsupported('several memories')
}

const skipBulk = (reader: WasmReader): number => {
  const which = reader.u32()
  if (which === TABLE_GROW) throw unsupported('tables that grow')
  if (which === 8) {
    reader.skipLeb()
    onlyMemory(reader)
  } else if (which === 9 || which === 13 || which === 16 || which === 17) reader.skipLeb()
  else if (which === 10) {
    onlyMemory(reader)
    onlyMemory(reader)
  } else if (which === 11) onlyMemory(reader)
  else if (which === 12 || which === 14) {
    reader.skipLeb()
    reader.skipLeb()
  } else if (which > 7) throw unsupported(`the instruction 0xfc ${which}`)
  return which
}

const skipSimd = (reader: WasmReader): void => {
  const which = reader.u32()
  if (which <= 11 || which === 92 || which === 93) skipMemoryArgument(reader)
  else if (which === 12 || which === 13) reader.skip(16)
  else if (which >= 84 && which <= 91) {
    skipMemoryArgument(reader)
    reader.skip(1)
  } else if (which >= 21 && which <= 34) reader.skip(1)
  else if (which >= 0x114) throw unsupported(`the instruction 0xfd ${which}`)
}

const skipTryTable = (reader: WasmReader): void => {
  skipBlockType(reader)
  for (let left = reader.u32(); left > 0; left--) {
    const kind = reader.byte()
    if (kind > 3) throw malformed('an unknown catch clause')
    if (kind < 2) reader.skipLeb()
    reader.skipLeb()
  }
}

const ONE_INDEX = new Set([0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x18, 0x20, 0x21, 0x22, GLOBAL_GET, GLOBAL_SET, 0x25, 0x26, 0xd2])
const TWO_INDICES = new Set([0x11, 0x13])
const BLOCKS = new Set([0x02, LOOP, 0x04, 0x06])
const PLAIN = new Set([0x00, 0x01, 0x05, 0x0a, END, 0x0f, 0x19, 0x1a, 0x1b, 0xd1])

/** What an instruction is: its first byte, and its second for BULK (0 for others). */
export type Instruction = { readonly code: number; readonly second: number }

/** Moves `reader` behind the next instruction and says which it was. Throws PLUGIN_FEATURE or PLUGIN_MALFORMED. */
export const nextInstruction = (reader: WasmReader): Instruction => {
  const code = reader.byte()
  let second = 0
  if (code >= 0x45 && code <= 0xc4) return { code, second }
  if (PLAIN.has(code)) return { code, second }
  if (ONE_INDEX.has(code)) reader.skipLeb()
  else if (code >= 0x28 && code <= 0x3e) skipMemoryArgument(reader)
  else if (BLOCKS.has(code)) skipBlockType(reader)
  else if (code === 0x41 || code === 0x42) reader.skipLeb()
  else if (code === 0x43) reader.skip(4)
  else if (code === 0x44) reader.skip(8)
  else if (TWO_INDICES.has(code)) {
    reader.skipLeb()
    reader.skipLeb()
  } else if (code === 0x0e) for (let left = reader.u32() + 1; left > 0; left--) reader.skipLeb()
  else if (code === 0x1c) for (let left = reader.u32(); left > 0; left--) skipBlockType(reader)
  else if (code === 0x1f) skipTryTable(reader)
  else if (code === 0x3f || code === MEMORY_GROW) onlyMemory(reader)
  else if (code === 0xd0) skipBlockType(reader)
  else if (code === BULK) second = skipBulk(reader)
  else if (code === SIMD) skipSimd(reader)
  else if (code === 0xfe) throw unsupported('threads')
  else throw unsupported(`the instruction 0x${code.toString(16)}`)
  return { code, second }
}
