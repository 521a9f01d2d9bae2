// No isolation at all: a function and an object. What isolation is measured against.

import { footprintOf, serve, timed } from './serve.ts'

type Counter = { total: number }
const create = (): Counter => ({ total: 0 })

/** Kept from being inlined: a call that is not made costs nothing. */
const add = new Function('counter', 'n', 'counter.total += n; return n + 1') as (counter: Counter, n: number) => number
const take = new Function('counter', 'message', 'counter.total += message.data.length; return message') as (
  counter: Counter,
  message: object,
) => object

serve({
  call: (count) =>
    timed(() => {
      const counter = create()
      for (let i = 0; i < count; i++) add(counter, i)
    }),
  message: (count) =>
    timed(() => {
      const counter = create()
      for (let id = 0; id < count; id++) take(counter, { from: '{app:processes|0x00001}', id, data: ['hello', 3.5, true] })
    }),
  spawn: (count) =>
    timed(() => {
      for (let i = 0; i < count; i++) add(create(), i)
    }),
  alive: (count) => footprintOf(count, () => Array.from({ length: count }, create)),
})
