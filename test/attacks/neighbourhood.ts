// A node with a neighbour in it, beside whom attacks are run. What must hold for each of them is in `wrongs`.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '../../src/clock.ts'
import type { Verdict } from '../../src/kernel/body.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import { FrameCursor, type Frames, MESSAGE } from '../../src/kernel/frame.ts'
import { defaultLimits } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { scopeOf } from '../../src/security/scope.ts'
import type { Context } from '../../src/service/service.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type Draft, func, proc, start, type TestApp } from '../support/app.ts'
import { AroundBody } from '../support/around-body.ts'

/** What nobody was given: it stands in an entry, in the environment and in the neighbour's memory. */
export const SECRET = 'the secret of the node'
export const MOST_MS = 5
export const SLICE = defaultLimits.fuel // units before another has its turn
/** Units without a point to stop at: what one call into C may take from everybody. */
export const MOST_HARD = defaultLimits.hardFuel

const NEIGHBOUR = `return function()
  local secret, inbox = ("${SECRET}"):rep(50), process.inbox()
  process.registry.register("neighbour")
  while true do inbox:receive() end
end`
const FRIEND = `return function()
  local inbox = process.inbox()
  while true do
    inbox:receive()
    process.send("neighbour", "tick", 1)
  end
end`
const VISITED = 'return function() local inbox = process.inbox() while true do inbox:receive() end end'
const SPAWNER = 'return function() while true do process.spawn("app:spawned", "app:attackers") end end'
const limits = { memory: '16MiB', mailbox: { messages: 1000, size: '1MiB' } }

const may = (actions: readonly string[], resources: unknown): Draft => ({
  kind: 'security.policy',
  policy: { actions, resources, effect: 'allow' },
})

/** A directory with a cage in it that may be read and written; the secret lies beside the cage, and links lead to it. */
export const cage = (): string => {
  const home = directoryWith({ 'secret.txt': SECRET, 'cage/plain.txt': 'plain' })
  const folder = join(home, 'cage')
  for (const [name, target] of [
    ['link', '../secret.txt'],
    ['up', '..'],
    ['zero', '/dev/zero'],
    ['environ', '/proc/self/environ'],
  ] as const)
    symlinkSync(target, join(folder, name))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  return folder
}
const folder = cage()

const drafts: Readonly<Record<string, Draft>> = {
  files: { kind: 'fs.directory', directory: folder },
  home: { kind: 'fs.directory', directory: dirname(folder) },
  attackers: { kind: 'process.host', limits: { processes: 100, ...limits } },
  spawned: proc(SPAWNER),
  short: proc('return function() end'),
  privileged: proc(`return function() return "${SECRET}" end`),
  secret: { kind: 'registry.entry', data: SECRET },
  echo: func('return function(...) return ... end'),
  reads_secret: func('return function() return env.get("ATTACK_SECRET") end'),
  calls_itself: func('return function(n) return (funcs.new():call("app:calls_itself", n + 1)) end', { limits }),
  children: may(
    ['process.spawn', 'process.spawn.monitored', 'process.spawn.linked', 'process.exec', 'process.context'],
    ['app:spawned', 'app:short'],
  ),
  host: may(['process.host'], 'app:attackers'),
  own: may(
    ['process.send', 'process.terminate', 'process.cancel', 'process.link', 'process.unlink', 'process.monitor', 'process.unmonitor'],
    '{app:attackers|*',
  ),
  names: may(['process.registry.register', 'process.registry.unregister'], 'attack.*'),
  bus: may(['events.subscribe', 'events.send'], 'attack*'),
  volumes: may(['fs.get'], 'app:files'),
  requests: may(['http_client.request'], '*'),
  calls: may(['funcs.call', 'funcs.context'], ['app:echo', 'app:calls_itself', 'context']),
}
const RIGHTS = ['children', 'host', 'own', 'names', 'bus', 'calls', 'volumes', 'requests'].map((name) => `app:${name}`)

/** Notes each step in which it is given a message, and looks for the secret in everything it says. */
export class Watched extends AroundBody {
  /** Called when a step that took messages in has ended. */
  heard: (() => void) | null = null
  hasLeaked = false

  override step(inbox: Frames, fuel: number, nowMs: number): Verdict {
    const isMessage = this.heard !== null && holdsMessage(inbox)
    const verdict = super.step(inbox, fuel, nowMs)
    if (isMessage) this.heard?.()
    const { bytes, start, end } = this.outbox
    this.hasLeaked ||= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(start, end).includes(SECRET)
    return verdict
  }
}
/** Whether a message is among what a step is given. */
export const holdsMessage = (inbox: Frames): boolean => {
  const frame = new FrameCursor().over(inbox)
  while (frame.next()) if (frame.kind === MESSAGE) return true
  return false
}

/** From the end of the step that sent a message to the end of the step that took it in. `work`: fuel of all processes, and what it costs beside it. */
export type Latency = { readonly ms: number; readonly work: number }

/** What stands in a node: the same before an attack and after it. */
type Standing = {
  readonly processes: number
  readonly names: number
  readonly timers: number
  readonly listeners: number
  readonly links: number
}

type Neighbour = Process & { readonly body: Watched }
export const OPERATOR: Context = { values: {}, operator: true }

export class Neighbourhood {
  readonly app: TestApp
  readonly context: Context
  readonly #timers: Set<object>
  readonly #inner: Server // a server of this machine that tells the secret to everybody who reaches it
  #neighbour!: Neighbour
  #friend!: Neighbour
  #visited!: Neighbour

  private constructor(app: TestApp, timers: Set<object>, inner: Server) {
    this.app = app
    this.#inner = inner
    this.context = { values: { port: (inner.address() as AddressInfo).port }, scope: scopeOf(RIGHTS) }
    this.#timers = timers
  }

  static async open(): Promise<Neighbourhood> {
    process.env.ATTACK_SECRET = SECRET
    const timers = new Set<object>()
    const clock = {
      nowMs: systemClock.nowMs,
      setTimer: (ms: number, fn: () => void) => {
        const timer = {}
        const forget = systemClock.setTimer(ms, () => {
          timers.delete(timer)
          fn()
        })
        timers.add(timer)
        return () => {
          timers.delete(timer)
          forget()
        }
      },
    }
    const inner = createServer((_, response) => void response.end(SECRET)).listen(0, '127.0.0.1')
    await once(inner, 'listening')
    const neighbourhood = new Neighbourhood(await start(drafts, { clock }), timers, inner)
    await neighbourhood.#settle()
    return neighbourhood
  }

  async #settle(): Promise<void> {
    this.#neighbour = await this.run(NEIGHBOUR, 'app:processes', OPERATOR)
    this.#friend = await this.run(FRIEND, 'app:processes', OPERATOR)
    this.#visited = await this.run(VISITED, 'app:processes', OPERATOR)
    await this.app.until(() => this.app.node.scheduler.names.lookup('neighbour') === this.#neighbour.pid, 'the neighbour')
    for (let i = 0; i < 50; i++) await this.ping()
  }

  /** Runs Lua as a process, in a body that is watched. */
  async run(
    source: string,
    host: string,
    context: Context,
    modules: readonly string[] = [],
    around: (body: Watched) => Watched = (body) => body,
  ): Promise<Neighbour> {
    const { launcher, load, scheduler } = this.app.node.parts
    const entry = makeEntry({ id: 'app:attack', kind: 'process.lua', data: { source, modules, method: 'main' } })
    await load(entry)
    const on = launcher.host(host)
    const body = around(new Watched(launcher.body(launcher.program(entry), on.limits)))
    return scheduler.spawn({ host: on, body, entry: entry.id, startedAt: 0, context }) as Neighbour
  }

  /** Has its friend write to the neighbour, and resolves when that has taken it in. */
  async ping(): Promise<Latency> {
    const { scheduler } = this.app.node
    const [neighbour, friend] = [this.#neighbour.body, this.#friend.body]
    const { promise, resolve } = Promise.withResolvers<Latency>()
    let [at, work] = [0, 0]
    friend.heard = () => {
      friend.heard = null
      at = performance.now()
      work = scheduler.work
    }
    neighbour.heard = () => {
      neighbour.heard = null
      resolve({ ms: performance.now() - at, work: scheduler.work - work })
    }
    scheduler.delivery.message('', this.#friend.pid, 'go', encodeAll([]))
    const latency = await this.app.patient(promise, 'the neighbour')
    await nextTurn()
    return latency
  }

  /** Gives a message from outside to a neighbour of its own, which calls `heard` when it has taken it in. */
  visit(heard: () => void): void {
    const { body, pid } = this.#visited
    body.heard = () => {
      body.heard = null
      heard()
    }
    this.app.node.scheduler.delivery.message('', pid, 'go', encodeAll([]))
  }

  standing(): Standing {
    const { scheduler, parts } = this.app.node
    const processes = [...scheduler.processes]
    return {
      processes: processes.length,
      names: processes.reduce((sum, { pid }) => sum + scheduler.names.of(pid).length, 0),
      timers: this.#timers.size,
      listeners: parts.bus.listeners,
      links: processes.reduce((sum, { pid }) => sum + scheduler.links.peersOf(pid).size + scheduler.links.watchersOf(pid).size, 0),
    }
  }

  /** Resolves when what stands is what stood before. */
  settled(before: Standing): Promise<void> {
    return this.app.until(() => isSame(before, this.standing()), 'what was begun to be over')
  }

  /** Ends everybody but the neighbours, and waits until all they had is gone; what is left when it is not. */
  async clear(before: Standing): Promise<string[]> {
    const { scheduler } = this.app.node
    const others = (): Process[] =>
      [...scheduler.processes].filter((it) => ![this.#neighbour, this.#friend, this.#visited].includes(it as Neighbour))
    const isOver = (): boolean => {
      for (const { pid } of others()) if (scheduler.processes.find(pid) !== null) scheduler.terminate(pid)
      return others().length === 0 && isSame(before, this.standing())
    }
    await this.app.until(isOver, 'what an attack had to be gone').catch(() => {})
    const after = this.standing()
    return Object.entries(after).flatMap(([what, count]) => {
      const had = before[what as keyof Standing]
      return count === had ? [] : [`${count} ${what}, ${had} before`]
    })
  }

  /** Whether a process can be started and comes to its end, and the neighbour is who it was. */
  async isAlive(): Promise<boolean> {
    const { scheduler } = this.app.node
    const { pid } = await this.run('return function() return 6 * 7 end', 'app:processes', OPERATOR)
    const exit = await this.app.patient(new Promise<Exit>((resolve) => scheduler.onExit(pid, resolve)), 'a process that ends')
    const isUntouched = readFileSync(join(folder, '../secret.txt'), 'utf8') === SECRET
    return exit.ok && isUntouched && scheduler.names.lookup('neighbour') === this.#neighbour.pid
  }

  async close(): Promise<void> {
    await this.app.node.stop({ now: true })
    this.#inner.close()
  }
}

const isSame = (a: Standing, b: Standing): boolean => JSON.stringify(a) === JSON.stringify(b)
