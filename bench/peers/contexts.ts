// A node:vm context per process. It keeps globals apart, not hostile code, and nobody can preempt it.

import { type Context, createContext, runInContext } from 'node:vm'
import { footprintOf, serve, timed } from './serve.ts'

const create = (): Context => {
  const context = createContext({})
  runInContext('started = true', context)
  return context
}

await serve({
  spawn: (count) =>
    timed(() => {
      for (let i = 0; i < count; i++) create()
    }),
  alive: (count) => footprintOf(count, () => Array.from({ length: count }, create)),
})
