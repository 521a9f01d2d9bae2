// A node:vm context per process. It keeps globals apart, not hostile code, and nobody can preempt it.

import { type Context, createContext, runInContext } from 'node:vm'
import { footprintOf, serve, timed } from './serve.ts'

const create = (): Context => {
  const context = createContext({})
  runInContext('started = true', context)
  return context
}

const CODE = `let total = 0
globalThis.add = (n) => { total += n; return n + 1 }
globalThis.take = (message) => { total += message.data.length; return message }`

/** A function of a new context. */
const functionOf = (name: 'add' | 'take'): ((argument: unknown) => unknown) => {
  const context = create()
  runInContext(CODE, context)
  return context[name] as (argument: unknown) => unknown
}

serve({
  call: (count) =>
    timed(() => {
      const add = functionOf('add')
      for (let i = 0; i < count; i++) add(i)
    }),
  message: (count) =>
    timed(() => {
      const take = functionOf('take')
      for (let id = 0; id < count; id++) take({ from: '{app:processes|0x00001}', id, data: ['hello', 3.5, true] })
    }),
  spawn: (count) =>
    timed(() => {
      for (let i = 0; i < count; i++) create()
    }),
  alive: (count) => footprintOf(count, () => Array.from({ length: count }, create)),
})
