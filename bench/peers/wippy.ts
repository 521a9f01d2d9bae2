// Our processes, without a node around them. Arguments: none, or another build of actor.wasm and its image.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { encodeAll } from '../../src/msgpack.ts'
import type { Image } from '../../src/vm/image.ts'
import { LuaBody } from '../../src/vm/lua-body.ts'
import { defaultPool } from '../../src/vm/pool.ts'
import { Arena } from './arena.ts'
import { footprint, serve, timed } from './serve.ts'

const BATCH = 500
const PINGED = 1000 // processes between two turns of the scheduler
const [wasm, image] = process.argv.slice(2)
const arena = new Arena(wasm !== undefined && image !== undefined ? { wasm, image } : undefined)

const images = new Map<string, Image>()
const program = (name: string): Image => {
  let known = images.get(name)
  if (known === undefined) {
    known = arena.image(readFileSync(join(import.meta.dirname, '../programs', `${name}.lua`), 'utf8'))
    images.set(name, known)
  }
  return known
}

/** Runs a pair until the second of them ends, then ends the first. */
const pair = async (first: string, args: readonly unknown[], second: string, ...rest: readonly unknown[]): Promise<number> => {
  const { pid } = arena.spawn(program(first), ...args)
  const taken = await timed(() => arena.finish(arena.spawn(program(second), pid, ...rest)))
  arena.scheduler.terminate(pid)
  return taken
}

/** Nanoseconds of processor time of this thread: what a busy machine changes least. */
const busy = (act: () => unknown): { readonly ns: number; readonly result: unknown } => {
  const start = process.threadCpuUsage()
  const result = act()
  const { user, system } = process.threadCpuUsage(start)
  return { ns: (user + system) * 1e3, result }
}

const run = (name: string, ...args: readonly unknown[]): { readonly ns: number; readonly result: unknown } =>
  busy(() => arena.finish(arena.spawn(program(name), ...args)))

/** Each spawned and run to its first wait; never more at once than `room`. */
const spawn = (count: number, room: number): number => {
  const waiter = program('waiter')
  let ns = 0
  for (let left = count; left > 0; left -= room) {
    const start = performance.now()
    for (let i = Math.min(left, room); i > 0; i--) {
      arena.spawn(waiter)
      arena.scheduler.turn(systemClock.nowMs())
    }
    ns += (performance.now() - start) * 1e6
    arena.terminateAll()
  }
  return ns
}

/** Many processes that wait: what they hold, and how long all take to answer one message each. */
const alive = async (count: number): Promise<object> => {
  spawn(defaultPool.hot, defaultPool.hot) // the pool belongs to the node, not to its processes
  const before = footprint()
  const spawnNs = await timed(() => {
    for (let i = 0; i < count; i++) {
      arena.spawn(program('waiter'))
      if (i % PINGED === 0) arena.settle()
    }
    arena.settle()
  })
  const pids = [...arena.scheduler.processes].map(({ pid }) => pid)
  const cold = [...arena.scheduler.processes].flatMap(({ body }) => (body instanceof LuaBody ? (body.coldBytes ?? []) : []))
  const after = footprint()
  const counter = arena.spawn(program('counter'), count)
  const to = encodeAll([counter.pid])
  const pingNs = await timed(() => {
    for (const [i, pid] of pids.entries()) {
      arena.scheduler.delivery.message('', pid, 'ping', to)
      if (i % PINGED === 0) arena.settle()
    }
    arena.settle()
  })
  if (arena.scheduler.processes.find(counter.pid)) throw new Error('not every process answered')
  return {
    heap: (after.heap - before.heap) / count,
    external: (after.external - before.external) / count,
    resident: (after.resident - before.resident) / count,
    image: cold.reduce((sum, bytes) => sum + bytes, 0) / cold.length,
    spawnNs,
    pingNs,
  }
}

/** `turns` of work, divided among so many processes that run at once. */
const running = (turns: number, processes: number): Promise<number> =>
  timed(() => {
    for (let i = 0; i < processes; i++) arena.spawn(program('worker'), Math.round(turns / processes))
    arena.settle()
  })

await serve({
  ping: (count, kind) => pair('echo', [], 'ping', count, kind),
  batch: (count) => pair('receiver', [BATCH], 'sender', Math.ceil(count / BATCH) * BATCH, BATCH),
  coroutines: (count, kind) => timed(() => run('coroutines', count, kind)),
  switch: (count) => run('switch', count).ns,
  compute: (_, name) => run(`compute/${name}`),
  spawn: (count) => spawn(count, defaultPool.hot / 2),
  crowded: (count) => spawn(count + 2 * defaultPool.hot, count + 2 * defaultPool.hot) * (count / (count + 2 * defaultPool.hot)),
  life: (count) =>
    timed(() => {
      for (let i = 0; i < count; i++) arena.finish(arena.spawn(program('worker'), 0))
    }),
  running: (count, processes) => running(count, Number(processes)),
  alive,
})
