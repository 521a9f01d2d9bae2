// Metering of a plugin's modules: the fuel of processes, put into any WebAssembly binary.
//
//   M1 Every turn of a loop costs one unit, every call of a function two, and one for 64 of its variables; what is straight 63 for 4096 instructions;
//      bulk memory one per 128 bytes, bulk tables eight per entry, growth and throwing 63. Below zero the module traps.
//   M2 All memories together grow by the pages in `room`, and no further: a module that is refused sees what it would see on a full machine.
//      What a module begins with, tables included, is counted by whoever makes instances of it.
//   M3 No name of an import or export can be taken for code (glue-name.ts).
//   M4 Nothing else about the module changes: its imports and exports keep their order, its functions their indices.
//
// The module gets two imports: "wippy" "fuel" (mut i64) and "wippy" "room" (mut i32). All modules of a component share them, and so one budget;
// one that asks for them itself is refused.
// Same rules as `wasm/meter.ts`, which works on the text of one known module; this works on bytes that nobody has seen before.

import { BULK, BYTES, END, ENTRIES, GLOBAL_GET, GLOBAL_SET, LOOP, MEMORY_GROW, nextInstruction, THROWS } from './instruction.ts'
import {
  CODE,
  DATA,
  ELEMENT,
  EXPORT,
  FUNCTION,
  firstPages,
  GLOBAL,
  IMPORT,
  type Layout,
  layoutOf,
  MAGIC,
  MEMORY,
  nameIn,
  OURS,
  type Section,
  sectionsOf,
  skipReferenceType,
  TABLE,
  TYPE,
} from './module-layout.ts'
import { leb, malformed, WasmReader, WasmWriter } from './wasm-reader.ts'

const ADDED_GLOBALS = 2
const HELPERS = 3 // functions
const CALL_COST = 2
const VARIABLES = 64 // of a function, that cost a unit
const STRAIGHT = 4096 // instructions: fewer may be one arm of many, of which one is taken
const DEAR = 63
const BYTES_SHIFT = 7
const ENTRY_COST = 8
const I32 = 0x7f
const I64 = 0x7e
const TO_I32 = [0x60, 1, I32, 1, I32] // (i32) → i32

const text = (value: string): number[] => [value.length, ...Buffer.from(value)]

/** A constant of type i64, from 0 on. */
const constant = (value: number): number[] => {
  const bytes = leb(value)
  const last = bytes.pop()!
  return [0x42, ...bytes, ...(last < 0x40 ? [last] : [last | 0x80, 0])]
}

class Metering {
  readonly #layout: Layout
  readonly #fuel: number[]
  readonly #room: number[]
  readonly #chargeBytes: number[] // call of a function that charges for a length and gives it back
  readonly #chargeEntries: number[]
  readonly #grow: number[] // call of a function that grows the memory as far as there is room

  constructor(layout: Layout) {
    this.#layout = layout
    this.#fuel = leb(layout.importedGlobals)
    this.#room = leb(layout.importedGlobals + 1)
    const first = layout.importedFunctions + layout.functions
    this.#chargeBytes = [0x10, ...leb(first)]
    this.#chargeEntries = [0x10, ...leb(first + 1)]
    this.#grow = layout.hasMemory ? [0x10, ...leb(first + 2)] : [MEMORY_GROW, 0] // which is no valid code
  }

  section({ id, body }: Section): WasmWriter {
    const out = new WasmWriter()
    if (id === TYPE) this.#extend(out, body, 1, [TO_I32])
    else if (id === IMPORT) this.#extend(out, body, ADDED_GLOBALS, this.imports())
    else if (id === FUNCTION) this.#extend(out, body, HELPERS, Array(HELPERS).fill(leb(this.#layout.types)))
    else if (id === GLOBAL) this.#globals(out, body)
    else if (id === EXPORT) this.#exports(out, body)
    else if (id === ELEMENT) this.#elements(out, body)
    else if (id === DATA) this.#data(out, body)
    else if (id === CODE) this.#code(out, body)
    else out.put(body.take(body.end - body.at))
    return out
  }

  imports(): number[][] {
    return [
      [...text(OURS), ...text('fuel'), 3, I64, 1],
      [...text(OURS), ...text('room'), 3, I32, 1],
    ]
  }

  #extend(out: WasmWriter, body: WasmReader, more: number, pieces: readonly (readonly number[])[]): void {
    out.u32(body.u32() + more)
    out.put(body.take(body.end - body.at))
    for (const piece of pieces) out.put(piece)
  }

  #global(index: number): number[] {
    return leb(index < this.#layout.importedGlobals ? index : index + ADDED_GLOBALS)
  }

  #copy(out: WasmWriter, reader: WasmReader, from: number): void {
    out.put(reader.bytes.subarray(from, reader.at))
  }

  /** A constant expression, its end included. */
  #constant(out: WasmWriter, reader: WasmReader): void {
    for (;;) {
      const start = reader.at
      const { code } = nextInstruction(reader)
      if (code === GLOBAL_GET) out.put([code, ...this.#global(new WasmReader(reader.bytes, start + 1, reader.at).u32())])
      else this.#copy(out, reader, start)
      if (code === END) return
    }
  }

  #globals(out: WasmWriter, body: WasmReader): void {
    let left = body.u32()
    out.u32(left)
    for (; left > 0; left--) {
      const start = body.at
      skipReferenceType(body)
      body.byte()
      this.#copy(out, body, start)
      this.#constant(out, body)
    }
  }

  #exports(out: WasmWriter, body: WasmReader): void {
    let left = body.u32()
    out.u32(left)
    for (; left > 0; left--) {
      const start = body.at
      nameIn(body)
      const kind = body.byte()
      this.#copy(out, body, start)
      const index = body.u32()
      out.put(kind === 3 ? this.#global(index) : leb(index))
    }
  }

  #elements(out: WasmWriter, body: WasmReader): void {
    let left = body.u32()
    out.u32(left)
    for (; left > 0; left--) {
      const flags = body.u32()
      if (flags > 7) throw malformed('an unknown element segment')
      out.u32(flags)
      if ((flags & 1) === 0) {
        if (flags & 2) out.u32(body.u32())
        this.#constant(out, body)
      }
      if (flags & 3) {
        const start = body.at
        skipReferenceType(body)
        this.#copy(out, body, start)
      }
      let items = body.u32()
      out.u32(items)
      for (; items > 0; items--) {
        if (flags & 4) this.#constant(out, body)
        else out.u32(body.u32())
      }
    }
  }

  #data(out: WasmWriter, body: WasmReader): void {
    let left = body.u32()
    out.u32(left)
    for (; left > 0; left--) {
      const flags = body.u32()
      if (flags > 2) throw malformed('an unknown data segment')
      out.u32(flags)
      if (flags === 2) out.u32(body.u32())
      if (flags !== 1) this.#constant(out, body)
      const length = body.u32()
      out.u32(length)
      out.put(body.take(length))
    }
  }

  #charge(units: number): number[] {
    const fuel = this.#fuel
    return [GLOBAL_GET, ...fuel, ...constant(units), 0x7d, GLOBAL_SET, ...fuel, ...this.#trapWhenDry()]
  }

  #trapWhenDry(): number[] {
    return [GLOBAL_GET, ...this.#fuel, 0x42, 0, 0x53, 0x04, 0x40, 0x00, END]
  }

  #code(out: WasmWriter, body: WasmReader): void {
    const count = body.u32()
    if (count !== this.#layout.functions) throw malformed('it declares other functions than it has')
    out.u32(count + HELPERS)
    for (let left = count; left > 0; left--) {
      const fn = new WasmWriter()
      this.#function(fn, body.section(body.u32()))
      out.sized(fn)
    }
    const bytes = [0x41, BYTES_SHIFT, 0x76, 0xad] // >>> 7, as i64
    const entries = [0xad, ...constant(ENTRY_COST), 0x7e] // as i64, * 8
    for (const helper of [this.#chargingFunction(bytes), this.#chargingFunction(entries), this.#growingFunction()]) {
      const fn = new WasmWriter()
      fn.put(helper)
      out.sized(fn)
    }
  }

  #function(out: WasmWriter, body: WasmReader): void {
    const start = body.at
    let variables = 0
    for (let left = body.u32(); left > 0; left--) {
      variables += body.u32()
      skipReferenceType(body)
    }
    this.#copy(out, body, start)
    out.put(this.#charge(CALL_COST + Math.floor(variables / VARIABLES)))
    let from = body.at // what has been read and not been written
    let straight = 0
    while (!body.isDone) {
      const at = body.at
      const { code, second } = nextInstruction(body)
      if (++straight > STRAIGHT || THROWS.has(code)) {
        out.put(body.bytes.subarray(from, at))
        out.put(this.#charge(DEAR))
        from = at
        straight = 1
      }
      const isGlobal = code === GLOBAL_GET || code === GLOBAL_SET
      const isLength = code === BULK && (BYTES.has(second) || ENTRIES.has(second))
      if (!isGlobal && !isLength && code !== LOOP && code !== MEMORY_GROW) continue
      out.put(body.bytes.subarray(from, code === LOOP ? body.at : at))
      if (code === LOOP) straight = 0
      if (isLength) out.put(BYTES.has(second) ? this.#chargeBytes : this.#chargeEntries)
      else if (code === LOOP) out.put(this.#charge(1))
      else if (code === MEMORY_GROW) out.put(this.#grow)
      else out.put([code, ...this.#global(new WasmReader(body.bytes, at + 1, body.at).u32())])
      from = isLength ? at : body.at
    }
    out.put(body.bytes.subarray(from, body.at))
  }

  /** (length) → length; `price` makes units of it. */
  #chargingFunction(price: readonly number[]): number[] {
    const pay = [GLOBAL_GET, ...this.#fuel, 0x20, 0, ...price, 0x7d, GLOBAL_SET, ...this.#fuel, ...this.#trapWhenDry()]
    return [0, ...pay, 0x20, 0, END]
  }

  /** (delta) → what `memory.grow` gives; −1 beyond the room, which grows smaller by what a memory got. */
  #growingFunction(): number[] {
    if (!this.#layout.hasMemory) return [0, 0x20, 0, END]
    const isBeyond = [0x20, 0, GLOBAL_GET, ...this.#room, 0x4b]
    const take = [GLOBAL_GET, ...this.#room, 0x20, 0, 0x6b, GLOBAL_SET, ...this.#room]
    return [
      ...[1, 1, I32, ...this.#charge(DEAR)],
      ...[...isBeyond, 0x04, 0x40, 0x41, 0x7f, 0x0f, END], // return -1
      ...[0x20, 0, MEMORY_GROW, 0, 0x22, 1, 0x41, 0x7f, 0x47, 0x04, 0x40, ...take, END],
      ...[0x20, 1, END],
    ]
  }
}

const ORDER = [TYPE, IMPORT, FUNCTION, TABLE, MEMORY, 13, GLOBAL, EXPORT, 8, ELEMENT, 12, CODE, DATA]

export type MeteredModule = { readonly bytes: Uint8Array; readonly pages: number }

/**
 * A module that pays for what it does, and how many pages of 64 KiB it begins with: its memory and what its tables take. Custom sections (names, debugging) are left out.
 * Throws PLUGIN_MALFORMED for bytes that are no module, PLUGIN_FEATURE for what plugins may not use.
 */
export const meterModule = (bytes: Uint8Array): MeteredModule => {
  const sections = sectionsOf(bytes)
  const ids = sections.map(({ id }) => id)
  const places = ids.map((id) => ORDER.indexOf(id))
  if (places.some((place, at) => place < 0 || (at > 0 && place <= places[at - 1]!))) throw malformed('its sections are not in order')
  const metering = new Metering(layoutOf(sections))
  const pages = firstPages(sections)
  const out = new WasmWriter()
  out.put(MAGIC)
  for (const id of ORDER) {
    const section = sections.find((one) => one.id === id)
    if (!section && ![TYPE, IMPORT, FUNCTION, CODE].includes(id)) continue
    out.put([id])
    out.sized(metering.section(section ?? { id, body: new WasmReader(Uint8Array.of(0)) }))
  }
  return { bytes: out.bytes(), pages }
}
