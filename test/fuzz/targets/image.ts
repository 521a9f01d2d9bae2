// A cold image with wrong bits: the process may end as it likes, and nobody else.
//
// An input is a list of changes, six bytes each: where in the image (u32, little endian, modulo its length), and which of its bits are turned over; the last byte means nothing.

import type { State } from '../../../src/kernel/body.ts'
import { Bodies } from '../../../src/vm/bodies.ts'
import { Image } from '../../../src/vm/image.ts'
import { LuaProcess, MiB, program, runLua } from '../../vm/lua-process.ts'
import type { Target } from '../fuzz.ts'

const CHANGE = 6
const [SLICE, HARD] = [20_000, 200_000]
const COPY = 2 ** 25 // what a copy of as many bytes as can be said pays, before it is refused
const bodies = new Bodies({ hot: 4, keptBytes: 2 * MiB })
const worker = program(`
  local inbox, kept = process.inbox(), {}
  local co = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(("x"):rep(i % 50)) end end)
  while true do
    local message = inbox:receive()
    kept[#kept % 50 + 1] = { co(), message:payload():data(), tostring(message:topic()) }
    process.send("{app:processes|0x00009}", "echo", kept[#kept])
    table.sort(kept, function(a, b) return #a[1] < #b[1] end)
  end`)

const fresh = (): LuaProcess => new LuaProcess(worker, { bodies, hardFuel: HARD, memoryBytes: 8 * MiB })

const states = ((): State[] => {
  const process = fresh()
  process.run()
  const first = process.body.image()
  for (let i = 0; i < 5; i++) process.post('m', [i, 'x'.repeat(i * 100)]).run()
  const second = process.body.image()
  process.close()
  return [first, second]
})()

/** The state with its bytes changed, never the heads of its runs: those are the host's. */
const changed = ({ pages, runs }: State, input: Uint8Array): State => {
  const copy = Uint8Array.from(runs)
  const parts: Uint8Array[] = []
  new Image(null, pages, [copy]).eachRun((_, bytes) => parts.push(bytes))
  const total = parts.reduce((sum, { length }) => sum + length, 0)
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  for (let at = 0; at + CHANGE <= input.length; at += CHANGE) {
    let place = view.getUint32(at, true) % total
    let part = 0
    while (place >= parts[part]!.length) place -= parts[part++]!.length
    parts[part]![place]! ^= input[at + 4]! || 0xff
  }
  return { pages, runs: copy }
}

export const target: Target = {
  seeds: [],
  make: (random) => Uint8Array.from({ length: CHANGE * (1 + random.below(40)) }, () => random.below(256)),
  run: (input) => {
    const process = fresh()
    try {
      process.body.restore(changed(states[input.length % 2]!, input))
      process.inbox.clear()
      for (let i = 0; i < 3; i++) {
        process.post('m', [i])
        const verdict = process.body.step(process.inbox, SLICE, 1000)
        process.inbox.clear()
        if (process.body.spent > 2 * SLICE + HARD + COPY) throw new Error(`a step of ${process.body.spent} units`)
        if (verdict !== 'wait' && verdict !== 'again') break
        process.body.evict()
      }
    } finally {
      process.close()
    }
    if (runLua('return 6 * 7', { bodies }) !== 42) throw new Error('the next process is not what it was')
  },
}
