// A Lua process driven by hand: the test is its kernel. What it asks and sends is kept; the test answers.

import type { WippyError } from '../../src/error.ts'
import type { Verdict } from '../../src/kernel/body.ts'
import { singly } from '../../src/kernel/bundle.ts'
import { ASK, EVENT, EXIT, MESSAGE, MESSAGES, REPLY, SEND, START } from '../../src/kernel/frame.ts'
import { FrameBuffer } from '../../src/kernel/frame-buffer.ts'
import { decodeAll, encodeAll, encodeFailure } from '../../src/msgpack.ts'
import type { Program } from '../../src/program.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import type { BodyLimits, LuaBody } from '../../src/vm/lua-body.ts'
import { bundled, isMalformed } from '../support/ts-body.ts'

export const MiB = 1024 * 1024
const PID = '{app:processes|0x00001}'

/** A program whose main is `source`, a function body that sees its arguments as `...`. Line 1 of it is line 1 of main.lua. */
export const program = (source: string, modules: readonly string[] = []): Program => ({
  entry: 'app:main',
  method: 'main',
  chunk: { file: 'main.lua', code: `return function(...) ${source}\nend`, imports: {} },
  modules,
  implied: [],
  libraries: [],
})

export type Ask = { readonly tag: number; readonly op: string; readonly target: string; readonly args: readonly unknown[] }
export type Send = { readonly tag: number; readonly to: string; readonly topic: string; readonly payload: Uint8Array }
export type Ended = { readonly ok: boolean; readonly value: unknown; readonly error: WippyError | null }

export type Options = {
  readonly bodies?: Bodies
  readonly args?: readonly unknown[]
  readonly memoryBytes?: number
  readonly hardFuel?: number
  readonly seed?: number
  readonly pid?: string
}

const shared = new Bodies()
const text = new TextEncoder()
const nothing = new Uint8Array(0)

export class LuaProcess {
  body: LuaBody
  /** What waits to be handed to the next step. */
  readonly inbox = new FrameBuffer()
  /** Everything it asked and sent, oldest first. */
  readonly asks: Ask[] = []
  readonly sends: Send[] = []
  ended: Ended | null = null
  steps = 0
  spent = 0
  /** The greatest amount by which a step passed its fuel. */
  overshoot = 0
  nowMs = 1_700_000_000_000
  readonly #program: Program
  readonly #limits: BodyLimits

  constructor(source: string | Program, options: Options = {}) {
    const { bodies = shared, args = [], memoryBytes = 32 * MiB, hardFuel = 4_000_000, seed = 1, pid = PID } = options
    this.#program = typeof source === 'string' ? program(source) : source
    this.#limits = { memoryBytes, hardFuel }
    this.body = bodies.make(this.#program, this.#limits)
    this.inbox.write(START, 0, seed, text.encode(pid), text.encode('app:main'), encodeAll(args))
  }

  /** A message from `from`; `raw` bytes as its payload, or values. */
  post(topic: string, values: readonly unknown[] | Uint8Array, from = '{app:processes|0x00002}', credit = 0): this {
    const payload = values instanceof Uint8Array ? values : encodeAll(values)
    this.inbox.write(MESSAGE, 0, 0, text.encode(from), text.encode(topic), payload, credit)
    return this
  }

  /** Messages from one sender under one topic, in one bundle. */
  postAll(topic: string, payloads: readonly (readonly unknown[] | Uint8Array)[], from = '{app:processes|0x00002}', credit = 0): this {
    const all = payloads.map((values) => (values instanceof Uint8Array ? values : encodeAll(values)))
    this.inbox.write(MESSAGES, 0, all.length, text.encode(from), text.encode(topic), bundled(all), credit)
    return this
  }

  /** Answers an ask or a send that has a tag. */
  reply(tag: number, values: readonly unknown[] | WippyError = [true], credit = 0): this {
    const failed = !Array.isArray(values)
    const payload = failed ? encodeFailure(values as WippyError) : encodeAll(values as unknown[])
    this.inbox.write(REPLY, failed ? 0 : 1, tag, nothing, nothing, payload, credit)
    return this
  }

  /** An event from `from`; `raw` bytes as its payload, or values. */
  event(kind: string, from: string, values: readonly unknown[] | Uint8Array): this {
    const payload = values instanceof Uint8Array ? values : encodeAll(values)
    this.inbox.write(EVENT, 1, 0, text.encode(from), text.encode(kind), payload)
    return this
  }

  /** One step over all that waits. */
  step(fuel = 100_000): Verdict {
    const verdict = this.body.step(this.inbox, fuel, this.nowMs)
    this.inbox.clear()
    this.steps++
    this.spent += this.body.spent
    this.overshoot = Math.max(this.overshoot, this.body.spent - fuel)
    this.#read()
    return verdict
  }

  /** Steps until it waits, ends or is broken; 'again' when it went on for `most` steps. */
  run(fuel = 100_000, most = 100_000): Verdict {
    let verdict = this.step(fuel)
    for (let steps = 1; verdict === 'again' && steps < most; steps++) verdict = this.step(fuel)
    return verdict
  }

  /** Runs to the end and returns main's value; throws its error, or what kept it from ending. */
  result(fuel?: number, most?: number): unknown {
    const verdict = this.run(fuel, most)
    if (verdict === 'fault') throw new Error(`${this.body.fault!.reason}: ${this.body.fault!.message}`)
    if (this.ended === null) throw new Error(`it did not end: ${verdict}`)
    if (this.ended.error !== null) throw this.ended.error
    return this.ended.value
  }

  /** Goes on elsewhere, from its image. */
  moveTo(bodies: Bodies): this {
    const body = bodies.make(this.#program, this.#limits)
    body.restore(this.body.image())
    this.body.close()
    this.body = body
    return this
  }

  close(): void {
    this.body.close()
  }

  #read(): void {
    const { outbox } = this.body
    for (const at of singly(outbox)) {
      const words = (start: number, end: number): string => new TextDecoder().decode(at.bytes.slice(start, end))
      const payload = at.bytes.slice(at.topicEnd, at.payloadEnd)
      const [name, topic] = [words(at.nameStart, at.nameEnd), words(at.nameEnd, at.topicEnd)]
      if (at.kind === ASK) this.asks.push({ tag: at.tag, op: name, target: topic, args: decodeAll(payload) })
      if (at.kind === SEND) this.sends.push({ tag: at.tag, to: name, topic, payload })
      if (at.kind === EXIT) {
        const [value = null, error = null] = decodeAll(payload)
        this.ended = { ok: at.flag === 1, value, error: error as WippyError | null }
      }
    }
    if (isMalformed(outbox)) throw new Error('malformed outbox')
  }
}

/** Runs a program to its end and returns main's value. */
export const runLua = (source: string, options: Options = {}): unknown => {
  const process = new LuaProcess(source, options)
  try {
    return process.result()
  } finally {
    process.close()
  }
}
