// Our processes, without a node around them. Argument: none, or a folder with another build of the VM (build.ts).

import { readFileSync } from 'node:fs'
import { systemClock } from '../../clock.ts'
import { encodeAll } from '../../msgpack.ts'
import type { Image } from '../../vm/image.ts'
import { LuaBody } from '../../vm/lua-body.ts'
import { actor } from '../../vm/module.ts'
import { defaultPool } from '../../vm/pool.ts'
import { programFile } from '../data.ts'
import { Arena, readActor } from './arena.ts'
import { busy, footprint, serve, timed } from './serve.ts'

const BATCH = 500
const PINGED = 1000 // processes between two turns of the scheduler
const ROOM = defaultPool.hot / 2 // processes that do not fill the pool
const [build] = process.argv.slice(2)
const TO_NOBODY = encodeAll(['{bench:processes|0xfffff}'])
const arena = new Arena(build === undefined ? actor() : readActor(build))

const images = new Map<string, Image>()
const program = (name: string): Image => {
  let known = images.get(name)
  if (known === undefined) {
    known = arena.image(readFileSync(programFile(`${name}.lua`), 'utf8'))
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

const run = (name: string, ...args: readonly unknown[]): { readonly ns: number; readonly result: unknown } =>
  busy(() => arena.finish(arena.spawn(program(name), ...args)))

/** So many processes more, each spawned and run to its first wait; nanoseconds. */
const add = (count: number): number => {
  const waiter = program('waiter')
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    arena.spawn(waiter)
    arena.scheduler.turn(systemClock.nowMs())
  }
  return (performance.now() - start) * 1e6
}

/** Spawns while the pool has instances to give. */
const spawn = (count: number): number => {
  let ns = 0
  for (let left = count; left > 0; left -= ROOM) {
    ns += add(Math.min(left, ROOM))
    arena.terminateAll()
  }
  return ns
}

/** Spawns while every instance is taken: each new process drives out another. */
const spawnCrowded = (count: number): number => {
  add(2 * defaultPool.hot)
  const ns = add(count)
  arena.terminateAll()
  return ns
}

/** Many processes that wait: what they hold, and how long all take to answer one message each. */
const alive = async (count: number): Promise<object> => {
  add(defaultPool.hot)
  arena.terminateAll() // the pool belongs to the node, not to its processes
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

/** A state taken out of its memory and put into another one, there and back; what it holds in bytes. */
const snapshot = async (count: number): Promise<{ readonly ns: number; readonly bytes: number }> => {
  const process = arena.spawn(program('waiter'))
  arena.settle()
  const { body } = process
  if (!(body instanceof LuaBody)) throw new Error('it is no Lua')
  const first = body.image()
  const ns = await timed(() => {
    for (let i = 0; i < count; i++) {
      body.restore(first)
      arena.scheduler.delivery.message('', process.pid, 'ping', TO_NOBODY)
      arena.settle()
      body.image()
    }
  })
  arena.terminateAll()
  return { ns, bytes: first.runs.length }
}

serve({
  call: (count) => pair('echo', [], 'ping', count, 'number'),
  message: async (count) => await pair('echo', [], 'ping', Math.ceil(count / 2), 'table'),
  'shared-call': (count) => timed(() => run('coroutines', count, 'number')),
  'shared-message': (count) => timed(() => run('coroutines', Math.ceil(count / 2), 'table')),
  snapshot,
  ping: (count, kind) => pair('echo', [], 'ping', count, kind),
  batch: (count) => pair('receiver', [BATCH], 'sender', Math.ceil(count / BATCH) * BATCH, BATCH),
  coroutines: (count, kind) => timed(() => run('coroutines', count, kind)),
  switch: (count) => run('switch', count).ns,
  compute: (_, name) => run(`compute/${name}`),
  spawn,
  'spawn-crowded': spawnCrowded,
  life: (count) =>
    timed(() => {
      for (let i = 0; i < count; i++) arena.finish(arena.spawn(program('worker'), 0))
    }),
  running: (count, processes) => running(count, Number(processes)),
  alive,
})
