// Bodies in TypeScript, for tests of everything that does not care what a process runs.

import type { Body, Fault, Verdict } from '../../src/kernel/body.ts'
import { singly } from '../../src/kernel/bundle.ts'
import { ASK, EXIT, FrameCursor, type Frames, SEND, SENDS } from '../../src/kernel/frame.ts'
import { FrameBuffer } from '../../src/kernel/frame-buffer.ts'

/** A frame taken apart. Payloads of these tests are plain text. */
export type Signal = {
  readonly kind: number
  readonly flag: number
  readonly tag: number
  readonly credit: number
  readonly name: string
  readonly topic: string
  readonly payload: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const bytes = (text: string): Uint8Array => encoder.encode(text)

/** All frames, copied out; the messages of bundles each as if it had come alone. */
export const readFrames = (frames: Frames): Signal[] => {
  const signals: Signal[] = []
  for (const at of singly(frames)) {
    const text = (start: number, end: number) => decoder.decode(at.bytes.slice(start, end))
    const { kind, flag, tag, credit, nameStart, nameEnd, topicEnd, payloadEnd } = at
    signals.push({
      kind,
      flag,
      tag,
      credit,
      name: text(nameStart, nameEnd),
      topic: text(nameEnd, topicEnd),
      payload: text(topicEnd, payloadEnd),
    })
  }
  if (isMalformed(frames)) throw new Error('malformed frames')
  return signals
}

/** Whether something in there is no frame. */
export const isMalformed = (frames: Frames): boolean => {
  const at = new FrameCursor().over(frames)
  while (at.next());
  return at.malformed
}

/** The payload of a bundle. */
export const bundled = (payloads: readonly (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    payloads.flatMap((payload) => {
      const message = typeof payload === 'string' ? bytes(payload) : payload
      return [Uint8Array.of(message.length & 0xff, message.length >> 8), message]
    }),
  )

/** What a step of a test writes. */
export class Outbox {
  readonly frames = new FrameBuffer()

  send(to: string, topic: string, payload: string | Uint8Array = '', tag = 0): this {
    return this.#write(SEND, 0, tag, to, topic, payload)
  }

  /** A bundle; `count`: how many messages it says it has. */
  sends(to: string, topic: string, payloads: readonly (string | Uint8Array)[], count = payloads.length): this {
    return this.#write(SENDS, 0, count, to, topic, bundled(payloads))
  }

  ask(op: string, target: string, tag: number, args: string | Uint8Array = ''): this {
    return this.#write(ASK, 0, tag, op, target, args)
  }

  exit(payload = '', ok = true): 'exit' {
    this.#write(EXIT, ok ? 1 : 0, 0, '', '', payload)
    return 'exit'
  }

  #write(kind: number, flag: number, tag: number, name: string, topic: string, payload: string | Uint8Array): this {
    this.frames.write(kind, flag, tag, bytes(name), bytes(topic), typeof payload === 'string' ? bytes(payload) : payload)
    return this
  }
}

/** What a test's process does in one step; nothing returned means `wait`. */
export type TsStep = (
  inbox: readonly Signal[],
  out: Outbox,
  given: { readonly fuel: number; readonly nowMs: number },
) => Verdict | undefined

/** A body around a function. `cold` and `dirty` (calls until it is ready, or clean), `spent` and `fault` may be set by the test; `steps` and `closed` are there to be read. */
export class TsBody implements Body {
  readonly #step: TsStep
  readonly #out = new Outbox()
  outbox: Frames = this.#out.frames
  spent = 0
  backlog = 0
  fault: Fault | null = null
  steps = 0
  closed = 0
  cold = 0
  dirty = 0

  constructor(step: TsStep = () => undefined) {
    this.#step = step
  }

  warm(): boolean {
    return this.cold === 0 || --this.cold === 0
  }

  step(inbox: Frames, fuel: number, nowMs: number): Verdict {
    this.steps++
    this.#out.frames.clear()
    return this.#step(readFrames(inbox), this.#out, { fuel, nowMs }) ?? 'wait'
  }

  scrub(): boolean {
    return this.dirty === 0 || --this.dirty === 0
  }

  close(): void {
    this.closed++
  }
}
