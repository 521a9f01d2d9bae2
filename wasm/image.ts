// Boots actor.wasm once and keeps its memory: libraries open, runtime-lua loaded, every seed a constant.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FrameCursor, LOAD } from '../src/kernel/frame.ts'
import { FrameBuffer } from '../src/kernel/frame-buffer.ts'
import { decodeAll, encode, encodeAll } from '../src/msgpack.ts'
import { type Exports, Field, Verdict } from '../src/vm/abi.ts'
import type { Image } from '../src/vm/image.ts'
import { Instance } from '../src/vm/instance.ts'
import type { RuntimeModule } from '../src/vm/module.ts'
import { Shelf } from '../src/vm/shelf.ts'

/** Files of runtime-lua that every process has, in the order in which they need each other; `globals` last. */
const CORE = ['errors', 'channel', 'payload', 'argument', 'calendar', 'zone', 'os', 'process', 'globals']

/** Files that only some entries need, likewise. */
const OPTIONAL = [
  'frozen',
  'duration',
  'layout',
  'timer',
  'time',
  'future',
  'funcs',
  'contract',
  'eval_runner',
  'sandbox',
  'plugin',
  'json',
  'base64',
  'hash',
  'crypto',
  'uuid',
  'workflow',
  'activity',
  'logger',
  'io',
  'env',
  'ctx',
  'events',
  'pg',
  'system',
  'registry',
  'queue',
  'stream',
  'http',
  'http_client',
  'fs',
  'metrics',
  'compress',
  'expr',
  'excel',
  'parameter',
  'builder',
  'sql',
  'store',
  'cloudstorage',
  'supervisor',
  'templates',
  'yaml',
  'text',
  'html',
  'syntax',
  'treesitter',
  'websocket',
  'exec',
  'security',
  'types',
]

/** Files whose functions share state between coroutines: they are not preempted within. */
const WHOLE = ['channel', 'timer', 'future', 'funcs', 'events']

const MEMORY_PAGES = 512
const INBOX_BYTES = 16 * 1024 // takes every file of runtime-lua; stays the inbox of every process

// Runs in a memory of its own: source in, bytecode without debug information out (half the size).
const COMPILER = `
local raw = ...
local dump, load, values, name, emit = raw[4].dump, raw[1].load, raw[7], raw[8], raw[13]
raw[24](function()
  emit(16, 1, 0, "", "", dump(assert(load(values(), "@wippy/" .. name() .. ".lua")), true))
end, {}, {})
`

const utf8 = new TextEncoder()
const folder = join(import.meta.dirname, '../runtime-lua')

/** A booted memory that is fed with frames of kind LOAD. */
class Boot {
  readonly #instance: Instance
  readonly #exports: Exports

  constructor(module: WebAssembly.Module, main: Uint8Array) {
    this.#instance = new Instance(module, new Shelf())
    this.#exports = this.#instance.exports
    this.#exports.init()
    const at = this.#exports.reserve(INBOX_BYTES, MEMORY_PAGES)
    this.memory.set(main, at)
    if (this.#exports.boot(main.length) !== 0) this.#complain('main')
  }

  get memory(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer)
  }

  get #words(): Int32Array {
    return new Int32Array(this.#exports.memory.buffer)
  }

  /** Hands over one frame; returns the payload of the frame that came back, empty when there was none. */
  load(name: string, role: string, payload: Uint8Array, flag = 0): Uint8Array {
    const frames = new FrameBuffer()
    frames.write(LOAD, flag, 0, utf8.encode(name), utf8.encode(role), payload)
    const inbox = frames.bytes.subarray(0, frames.end)
    const at = this.#exports.reserve(inbox.length, MEMORY_PAGES)
    this.memory.set(inbox, at) // not before: the memory may have grown
    if (this.#exports.step(inbox.length, 1 << 30, 1 << 30, MEMORY_PAGES, 0) !== Verdict.wait) this.#complain(name)
    const start = this.#words[Field.outStart]!
    const bytes = this.memory
    const cursor = new FrameCursor().over({ bytes, view: new DataView(bytes.buffer), start, end: start + this.#words[Field.outEnd]! })
    return cursor.next() ? bytes.slice(cursor.topicEnd, cursor.payloadEnd) : new Uint8Array(0)
  }

  /** The finished memory. */
  finish(): Image {
    const inbox = this.#exports.reserve(INBOX_BYTES, MEMORY_PAGES)
    this.memory.fill(0, inbox, inbox + INBOX_BYTES)
    this.#exports.seal()
    this.#instance.refresh()
    return this.#instance.capture(null)
  }

  #complain(what: string): never {
    const at = this.#exports.complaint()
    const message = this.memory.slice(at, at + this.#words[Field.scratch]!)
    throw new Error(`${what}: ${new TextDecoder().decode(message)}`)
  }
}

/** What a file takes from others as soon as it is loaded. */
const needsOf = (source: string): string[] =>
  [...source.matchAll(/^local .*host\.require_runtime\(?\s*['"](\w+)['"]/gm)]
    .map(([, name]) => name!)
    .filter((name) => OPTIONAL.includes(name))

export type Booted = { readonly image: Uint8Array; readonly modules: Uint8Array }

/** The file forms of the booted image and of the optional modules. Two boots give the same bytes. */
export const bootImage = (wasm: Uint8Array): Booted => {
  const module = new WebAssembly.Module(wasm as BufferSource)
  const compiler = new Boot(module, utf8.encode(COMPILER))
  const sourceOf = (name: string): string => readFileSync(join(folder, `${name}.lua`), 'utf8')
  const bytecode = (name: string): Uint8Array => decodeAll(compiler.load(name, '', encodeAll([sourceOf(name)])))[0] as Uint8Array
  const boot = new Boot(module, bytecode('main'))
  for (const name of CORE) boot.load(name, 'runtime', bytecode(name), WHOLE.includes(name) ? 1 : 0)
  const modules = OPTIONAL.map(
    (name): RuntimeModule => ({ name, needs: needsOf(sourceOf(name)), code: bytecode(name), whole: WHOLE.includes(name) }),
  )
  return { image: boot.finish().bytes, modules: encode(modules) }
}
