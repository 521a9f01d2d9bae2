// A workflow of the simulation, in TypeScript: its state is a few fields, so restoring it is exact and quick.

import type { DurableBody, State, Verdict } from '../../src/kernel/body.ts'
import { EXIT, MESSAGE, REPLY, START } from '../../src/kernel/frame.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { Outbox, readFrames } from '../support/ts-body.ts'

export const ROUNDS = 8
const NOTHING = new Uint8Array(0)

/** What one ends with: it hears of each round of the one before it. */
export const RING_TOTAL = (ROUNDS * (ROUNDS - 1)) / 2

type Memory = { round: number; phase: 'effect' | 'sleep' | 'send' | 'receive'; tag: number; total: number; heard: number; peer: string }

/** A workflow: an effect, a sleep and a message to the next one in each round; then it hears as many as it sent. */
export class Ring implements DurableBody {
  readonly #out = new Outbox()
  readonly outbox = this.#out.frames
  readonly backlog = 0
  readonly fault = null
  spent = 0
  #memory: Memory = { round: 0, phase: 'effect', tag: 0, total: 0, heard: 0, peer: '' }

  step(inbox: Parameters<DurableBody['step']>[0]): Verdict {
    this.#out.frames.clear()
    const frames = readFrames(inbox)
    this.spent = 10 + frames.length
    const memory = this.#memory
    for (const frame of frames) {
      if (frame.kind === START) {
        memory.peer = frame.name.replace(/w(\d+)-(\d+)/, (_, n, of) => `w${(Number(n) + 1) % Number(of)}-${of}`)
        this.#ask('effect')
      } else if (frame.kind === MESSAGE) {
        memory.heard++
        memory.total += Number(frame.payload)
      } else if (frame.kind === REPLY && frame.tag === memory.tag) {
        if (frame.flag === 0 && memory.phase === 'send')
          this.#ask('send') // who it is for has not begun yet
        else this.#goOn()
      }
    }
    if (memory.phase !== 'receive' || memory.heard < ROUNDS) return 'wait'
    this.#out.frames.write(EXIT, 1, 0, NOTHING, NOTHING, encodeAll([memory.total, null]))
    return 'exit'
  }

  image(): State {
    const bytes = Buffer.from(JSON.stringify(this.#memory))
    const runs = Buffer.alloc(8 + bytes.length)
    runs.writeUInt32LE(bytes.length, 4)
    bytes.copy(runs, 8)
    return { pages: 1, runs }
  }

  restore({ runs }: State): void {
    this.#memory = JSON.parse(Buffer.from(runs).subarray(8).toString()) as Memory
  }

  standing() {
    return { coroutines: [], omitted: 0, globals: [] }
  }

  close(): void {}

  #ask(phase: 'effect' | 'sleep' | 'send'): void {
    const memory = this.#memory
    memory.phase = phase
    const tag = ++memory.tag
    if (phase === 'effect') this.#out.ask('sim.effect', '', tag)
    else if (phase === 'sleep') this.#out.ask('time.sleep', '', tag, encodeAll([(500 + memory.round * 700) * 1e6]))
    else this.#out.send(memory.peer, 'next', String(memory.round), tag)
  }

  #goOn(): void {
    const memory = this.#memory
    if (memory.phase === 'effect') this.#ask('sleep')
    else if (memory.phase === 'sleep') this.#ask('send')
    else if (++memory.round < ROUNDS) this.#ask('effect')
    else memory.phase = 'receive'
  }
}
