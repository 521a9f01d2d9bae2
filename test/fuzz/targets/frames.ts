// What a process writes into its outbox: it may end that process, and nobody else; the others are heard.

import { ASK, EXIT, type Frames, SEND, SENDS } from '../../../src/kernel/frame.ts'
import { FrameBuffer } from '../../../src/kernel/frame-buffer.ts'
import { encodeAll } from '../../../src/msgpack.ts'
import { Door } from '../../../src/service/door.ts'
import { errorOf } from '../../../src/service/outcome.ts'
import { AroundBody } from '../../support/around-body.ts'
import type { Random } from '../../support/random.ts'
import { TestKernel } from '../../support/test-kernel.ts'
import { bundled, TsBody } from '../../support/ts-body.ts'
import type { Target } from '../fuzz.ts'
import { bytesFrom, valueFrom } from '../values.ts'

const utf8 = new TextEncoder()
const NAMES = ['', 'ear', '{app:processes|0x00001}', '{app:processes|0xfff}', 'x.op', 'x.later', '__proto__', '@pid.exit', 'a'.repeat(600)]

/** A body whose outbox is an input, once. */
class Writer extends AroundBody {
  #frames: Frames
  constructor(input: Uint8Array) {
    super(new TsBody())
    const bytes = Uint8Array.from(input)
    this.#frames = { bytes, view: new DataView(bytes.buffer), start: 0, end: bytes.length }
  }
  override get outbox(): Frames {
    const frames = this.#frames
    this.#frames = { ...frames, end: 0 }
    return frames
  }
}

const framesFrom = (random: Random): Uint8Array => {
  const out = new FrameBuffer()
  const name = (): Uint8Array => utf8.encode(random.of(NAMES))
  for (let i = random.next() * 6; i > 0; i--) {
    const kind = random.of([SEND, ASK, EXIT, random.below(30)])
    const messages = Array.from({ length: random.below(4) }, () => bytesFrom(random, 20))
    if (random.next() < 0.2) out.write(SENDS, 0, messages.length, name(), name(), bundled(messages))
    const payload = random.next() < 0.5 ? bytesFrom(random, 60) : encodeAll([valueFrom(random, 3)])
    out.write(kind, random.below(3), random.below(5), name(), name(), payload)
  }
  return out.bytes.slice(out.start, out.end)
}

export const target: Target = {
  seeds: [],
  make: framesFrom,
  run: (input) => {
    let broken: unknown = null
    const door: Door = new Door({ delivery: () => kernel.scheduler.delivery, guard: () => {}, report: (error) => (broken = error) })
    const kernel: TestKernel = new TestKernel({ answer: door.ask })
    door.add({ name: 'x', operations: { 'x.op': ({ args }) => args, 'x.later': async ({ args }) => args } })
    const ear = kernel.listener()
    kernel.scheduler.names.register('ear', ear.pid)
    kernel.run()
    const writer = kernel.scheduler.spawn({ host: kernel.host, body: new Writer(input), entry: 'app:writer', startedAt: 0 })
    kernel.scheduler.onExit(writer.pid, (exit) => exit.ok || errorOf(exit))
    kernel.run()
    const { length } = ear.heard
    kernel.scheduler.delivery.message('', ear.pid, 'tick', encodeAll([1]))
    kernel.run()
    if (ear.heard.length !== length + 1) throw new Error('the other was not heard')
    if (broken !== null) throw broken
    if (kernel.notes.broken_.length > 0) throw kernel.notes.broken_[0]
  },
}
