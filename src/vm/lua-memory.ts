// Lua's values where they lie in the bytes of a memory: read, never run.
//
// Layouts are those of Lua 5.4 in wasmoon 1.16.0 (wasm/companion/lua.ts has the same ones). The bytes are the process's own word (hostile):
//   R1 An address outside reads as zeros, which is nil. Nothing throws.
//   R2 What is followed is bounded: text is cut, tables end after a few entries and a few levels, and one reader looks so often into its memory
//      and no more: from then on all reads as zeros.

const TAG = {
  false: 0x01,
  true: 0x11,
  integer: 0x03,
  float: 0x13,
  function: 0x16,
  short: 0x44,
  long: 0x54,
  table: 0x45,
  closure: 0x46,
  cClosure: 0x66,
  userdata: 0x47,
  thread: 0x48,
} as const
const COLLECTABLE = 0x40
const LIST_ROOM_IS_A_HINT = 0x80
const VALUE_BYTES = 16
const NODE_BYTES = 24

const LONGEST_TEXT = 120 // bytes of a string that are shown
const LONGEST_NAME = 200
const MOST_ENTRIES = 20 // of one table
const MOST_KEYS = 1000 // looked at in one table
const DEEPEST = 3
const MOST_VALUES = 4000 // given out by one reader
const MOST_READS = 20_000_000
const READS_A_BYTE = 4 // what decoding a text takes

const decoder = new TextDecoder()
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A table entry: its key as text, and where its value lies. */
export type Field = { readonly key: string; readonly at: number }

export class LuaMemory {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #left = MOST_VALUES
  #reads = MOST_READS

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get size(): number {
    return this.#bytes.length
  }

  u8(at: number): number {
    return this.#reads-- > 0 ? (this.#bytes[at] ?? 0) : 0
  }

  i8(at: number): number {
    return (this.u8(at) << 24) >> 24
  }

  u16(at: number): number {
    return this.#holds(at, 2) ? this.#view.getUint16(at, true) : 0
  }

  u32(at: number): number {
    return this.#holds(at, 4) ? this.#view.getUint32(at, true) : 0
  }

  /** The tag of the value at `at`. */
  tag(at: number): number {
    return this.u8(at + 8)
  }

  /** The address of the table that the value at `at` is, else 0. */
  tableAt(at: number): number {
    return this.tag(at) === TAG.table ? this.u32(at) : 0
  }

  /** The address of the Lua function that the value at `at` is, else 0. */
  closureAt(at: number): number {
    return this.tag(at) === TAG.closure ? this.u32(at) : 0
  }

  /** Whether the value at `at` is a function, or a table of functions alone: a module. */
  isCode(at: number): boolean {
    const table = this.tableAt(at)
    if (table === 0) return (this.tag(at) & 15) === (TAG.closure & 15)
    const fields = this.fields(table)
    return fields.length > 0 && fields.every((field) => (this.tag(field.at) & 15) === (TAG.closure & 15))
  }

  isThread(at: number): boolean {
    return this.tag(at) === TAG.thread
  }

  /** The text of a string object, cut at a length; empty when it is none. */
  text(object: number, most = LONGEST_NAME): string {
    const kind = this.u8(object + 4)
    if (kind !== 0x04 && kind !== 0x14) return ''
    const length = Math.min(kind === 0x04 ? this.u8(object + 7) : this.u32(object + 12), most)
    this.#reads -= length * READS_A_BYTE
    if (this.#reads <= 0) return ''
    const start = object + 16
    return decoder.decode(this.#bytes.subarray(start, Math.min(start + length, this.size)))
  }

  /** Where the value behind a whole number in the list part of a table lies; 0 when it is not there. */
  item(table: number, n: number): number {
    return n >= 1 && n <= this.#listRoom(table) ? this.u32(table + 12) + (n - 1) * VALUE_BYTES : 0
  }

  /** What is not nil in the hash part of a table, by text of its key; at most a thousand entries are looked at. */
  fields(table: number): Field[] {
    const nodes = this.u32(table + 16)
    if (this.u32(table + 20) === 0) return []
    const count = Math.min(2 ** Math.min(this.u8(table + 7), 30), MOST_KEYS)
    const found: Field[] = []
    for (let i = 0, node = nodes; i < count && this.#holds(node, NODE_BYTES); i++, node += NODE_BYTES) {
      if ((this.u8(node + 8) & 15) !== 0) found.push({ key: this.#keyText(node), at: node })
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  /** Where the value behind a text in a table lies; 0 when it is not there. */
  field(table: number, key: string): number {
    return this.fields(table).find((one) => one.key === key)?.at ?? 0
  }

  /** A value as people read it: much as it would be written in Lua, cut where it is long or deep. */
  show(at: number, depth = DEEPEST): string {
    if (--this.#left < 0) return '…'
    const tag = this.tag(at)
    const address = this.u32(at)
    switch (tag) {
      case TAG.false:
        return 'false'
      case TAG.true:
        return 'true'
      case TAG.integer:
        return this.#holds(at, 8) ? String(this.#view.getBigInt64(at, true)) : '0'
      case TAG.float:
        return this.#floatText(at)
      case TAG.short:
      case TAG.long:
        return this.#quoted(address)
      case TAG.table:
        return this.#tableText(address, depth)
      case TAG.closure:
        return this.#functionText(address)
      case TAG.function:
      case TAG.cClosure:
        return 'builtin function'
      case TAG.thread:
        return 'coroutine'
      case TAG.userdata:
        return 'userdata'
      default:
        return (tag & 15) === 0 ? 'nil' : `value of type ${tag & 15}`
    }
  }

  /** `file:line` of the definition of a function; empty for one of the runtime. */
  placeOf(closure: number): string {
    const proto = this.u32(closure + 12)
    const source = this.text(this.u32(proto + 76))
    return source.startsWith('@') ? `${source.slice(1)}:${this.u32(proto + 40)}` : ''
  }

  #holds(at: number, bytes: number): boolean {
    return this.#reads-- > 0 && at >= 0 && at + bytes <= this.size
  }

  #listRoom(table: number): number {
    const room = this.u32(table + 8)
    if ((this.u8(table + 6) & LIST_ROOM_IS_A_HINT) === 0 || room === 0) return room
    return 2 ** Math.ceil(Math.log2(room))
  }

  #keyText(node: number): string {
    const tag = this.u8(node + 9)
    const key = node + 16
    if ((tag & COLLECTABLE) !== 0 && (tag & 15) === (TAG.short & 15)) return this.text(this.u32(key))
    if (tag === TAG.integer) return this.#holds(key, 8) ? `[${this.#view.getBigInt64(key, true)}]` : ''
    if (tag === TAG.float) return `[${this.#floatText(key)}]`
    if (tag === TAG.true || tag === TAG.false) return `[${tag === TAG.true}]`
    return `[${this.#kindOf(tag)}]`
  }

  #kindOf(tag: number): string {
    const [name] = Object.entries(TAG).find(([, value]) => value === tag) ?? ['value']
    return name
  }

  #floatText(at: number): string {
    const value = this.#holds(at, 8) ? this.#view.getFloat64(at, true) : 0
    return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)
  }

  #quoted(object: number): string {
    const length = this.u8(object + 4) === 0x04 ? this.u8(object + 7) : this.u32(object + 12)
    const quoted = JSON.stringify(this.text(object, LONGEST_TEXT))
    return length > LONGEST_TEXT ? `${quoted}… (${length} bytes)` : quoted
  }

  #functionText(closure: number): string {
    const place = this.placeOf(closure)
    return place === '' ? 'builtin function' : `function ${place}`
  }

  #tableText(table: number, depth: number): string {
    const meta = this.u32(table + 24)
    const name = meta === 0 ? '' : this.#nameIn(meta)
    if (name !== '') return `<${name}>`
    if (depth <= 0) return '{…}'
    const parts: string[] = []
    let n = 1
    for (; n <= this.#listRoom(table) && parts.length <= MOST_ENTRIES; n++) {
      const at = this.item(table, n)
      if ((this.tag(at) & 15) === 0) break
      parts.push(this.show(at, depth - 1))
    }
    for (const { key, at } of this.fields(table)) {
      if (parts.length > MOST_ENTRIES) break
      const shown = key.startsWith('[') || NAME.test(key) ? key : `[${JSON.stringify(key)}]`
      parts.push(`${shown} = ${this.show(at, depth - 1)}`)
    }
    const cut = parts.length > MOST_ENTRIES ? [...parts.slice(0, MOST_ENTRIES), '…'] : parts
    return cut.length === 0 ? '{}' : `{ ${cut.join(', ')} }`
  }

  /** What objects of the runtime are called. */
  #nameIn(meta: number): string {
    const at = this.field(meta, '__name')
    return (this.tag(at) & ~0x10) === TAG.short ? this.text(this.u32(at)) : ''
  }
}
