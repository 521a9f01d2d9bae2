// Bombs of every kind, one after the other, over one small pool: `node --expose-gc test/vm/soak.ts [bombs]`. Prints what is left of them.

import { pathToFileURL } from 'node:url'
import { Bodies } from '../../src/vm/bodies.ts'
import { LuaProcess, MiB, program } from './lua-process.ts'

const BOMBS = [
  `while true do end`,
  `while true do pcall(error, 'x') end`,
  `local t = {} while true do t[#t + 1] = {} end`,
  `local s = 'x' while true do s = s .. s end`,
  `return ('a'):rep(40):find(('a*'):rep(20) .. 'b')`,
  `return ('%s'):format(setmetatable({}, { __tostring = function() while true do end end }))`,
  `local function f() return 1 + f() end return f()`,
  `local t = {} while true do t[#t + 1] = coroutine.wrap(function() coroutine.yield() end) t[#t]() end`,
  `for i = 1, 1e9 do setmetatable({}, { __gc = function() while true do end end }) end`,
  `while true do coroutine.spawn(function() channel.new():receive() end) end`,
  `while true do process.send('nobody', 'x', ('x'):rep(1000)) end`,
  `local c = channel.new(1 << 40) while true do c:send(('x'):rep(100)) end`,
  `return ('x'):rep(1 << 21)`,
].map((source) => program(source))

const STEPS = 12 // of one bomb
const settle = (): NodeJS.MemoryUsage => {
  globalThis.gc?.()
  return process.memoryUsage()
}

/** What is left when the memories that nobody holds are given back, which takes collections and turns of the event loop. */
const settled = async (): Promise<NodeJS.MemoryUsage> => {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    settle()
  }
  return process.memoryUsage()
}

export type Rest = {
  /** Instances that the pool still has. */
  readonly alive: number
  /** Bytes by which the node has grown. */
  readonly grown: { readonly rss: number; readonly external: number }
}

/** Runs so many bombs; each is ended by its limits or by us. */
export const explode = (count: number): Rest => {
  const bodies = new Bodies({ hot: 8, keptBytes: 2 * MiB })
  const before = settle()
  for (let i = 0; i < count; i++) {
    const bomb = new LuaProcess(BOMBS[i % BOMBS.length]!, { bodies, memoryBytes: 4 * MiB, hardFuel: 100_000 })
    bomb.run(10_000, STEPS)
    if (i % 3 === 0) while (!bomb.body.evict());
    bomb.close()
  }
  const after = settle()
  return { alive: bodies.pool.alive, grown: { rss: after.rss - before.rss, external: after.external - before.external } }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const count = Number(process.argv[2] ?? 10_000)
  const mebibytes = (bytes: number): string => `${(bytes / MiB).toFixed(1)} MiB`
  explode(count / 10) // until everything that is made once is there
  const before = await settled()
  const started = performance.now()
  const { alive } = explode(count)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const after = await settled()
  const grown = (what: 'external' | 'rss' | 'heapUsed'): string => `${what} ${mebibytes(after[what] - before[what])}`
  console.log(
    `${count} bombs in ${seconds} s: ${alive} instances; ${grown('heapUsed')}, ${grown('external')}, ${grown('rss')} more than before`,
  )
}
