// One stock wasmoon engine per process, through its JavaScript API: each engine has a memory of its own (`new LuaFactory` for each), a Lua
// function takes a message, and JavaScript carries messages between them. `enableProxy: false`: tables are copied, as messages must be.

import { readFileSync } from 'node:fs'
import { type LuaEngine, LuaFactory } from 'wasmoon'
import { programFile } from '../data.ts'
import { busy, footprintOf, serve, timed } from './serve.ts'

const BATCH = 500
const options = { enableProxy: false }

const ECHO = 'function receive(message) send(message) end'
const PING = `
local count, kind, done, message = ...
function start(n, what)
  count, kind, done = n, what, 0
  message = { from = "{app:processes|0x00001}", id = 0, data = { "hello", 3.5, true } }
  receive()
end
function receive()
  done = done + 1
  if done > count then return end
  message.id = done
  send(kind == "number" and done or message)
end`
const SENDER = `
local left, batch
function start(n, size) left, batch = n, size receive() end
function receive() for i = 1, math.min(left, batch) do send(i) end left = left - batch end`
const RECEIVER = `
local sum, seen = 0, 0
function receive(number) sum, seen = sum + number, seen + 1 if seen % ${BATCH} == 0 then send(sum) end end`

type Lua = (...args: unknown[]) => unknown

/** Two engines and what is under way between them; runs until nothing is. */
const between = async (first: string, second: string, ...args: readonly unknown[]): Promise<number> => {
  const engines = [await new LuaFactory().createEngine(options), await new LuaFactory().createEngine(options)] as const
  const underway: { readonly to: Lua; readonly message: unknown }[] = []
  let next = 0
  const install = (engine: LuaEngine, code: string, peer: () => Lua): Lua => {
    engine.global.set('send', (message: unknown) => void underway.push({ to: peer(), message }))
    engine.doStringSync(code)
    return engine.global.get('receive')
  }
  let receiveB: Lua = () => {}
  const receiveA = install(engines[0], first, () => receiveB)
  receiveB = install(engines[1], second, () => receiveA)
  const start = engines[0].global.get('start')
  const taken = await timed(() => {
    start(...args)
    while (next < underway.length) {
      const { to, message } = underway[next++]!
      to(message)
      if (next === BATCH) underway.splice(0, next) // spares an array as long as the run
      if (next === BATCH) next = 0
    }
  })
  for (const engine of engines) engine.global.close()
  return taken
}

/** A program in an engine of its own. */
const run = async (name: string, ...args: readonly unknown[]): Promise<{ readonly ns: number; readonly result: unknown }> => {
  const engine = await new LuaFactory().createEngine(options)
  const main = engine.doStringSync(readFileSync(programFile(`${name}.lua`), 'utf8')) as Lua
  const answer = busy(() => main(...args))
  engine.global.close()
  return answer
}

const create = async (factory: LuaFactory): Promise<LuaEngine> => {
  const engine = await factory.createEngine(options)
  engine.doStringSync('started = true')
  return engine
}

/** Created and run to the first instruction, one after the other. */
const spawn = async (count: number, factory: () => LuaFactory): Promise<number> => {
  let ns = 0
  for (let i = 0; i < count; i++) {
    let engine: LuaEngine | undefined
    ns += await timed(async () => {
      engine = await create(factory())
    })
    engine!.global.close()
  }
  return ns
}

const alive = (count: number, factory: () => LuaFactory): Promise<object> =>
  footprintOf(count, async () => {
    const engines: LuaEngine[] = []
    for (let i = 0; i < count; i++) engines.push(await create(factory()))
    return engines
  })

const shared = new LuaFactory()
serve({
  call: (count) => between(PING, ECHO, count, 'number'),
  message: (count) => between(PING, ECHO, Math.ceil(count / 2), 'table'),
  ping: (count, kind) => between(PING, ECHO, count, kind),
  batch: (count) => between(SENDER, RECEIVER, Math.ceil(count / BATCH) * BATCH, BATCH),
  switch: async (count) => (await run('switch', count)).ns,
  compute: (_, name) => run(`compute/${name}`),
  spawn: (count) => spawn(count, () => new LuaFactory()),
  'spawn-shared': (count) => spawn(count, () => shared),
  alive: (count) => alive(count, () => new LuaFactory()),
  'alive-shared': (count) => alive(count, () => shared),
})
