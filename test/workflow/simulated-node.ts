// One node of the simulation, and the line between it and the store, which delays, loses answers, loses news, or is cut.

import type { Clock } from '../../src/clock.ts'
import type { WippyError } from '../../src/error.ts'
import { defaultLimits, Host } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import type { Ask } from '../../src/kernel/release.ts'
import { Scheduler } from '../../src/kernel/scheduler.ts'
import { encode, encodeAll } from '../../src/msgpack.ts'
import { Durables } from '../../src/workflow/durables.ts'
import type { Effects, Engine, News } from '../../src/workflow/engine.ts'
import { away } from '../../src/workflow/postgres-fault.ts'
import { type Position, type Sealed, samePosition } from '../../src/workflow/record.ts'
import { Ring } from './ring.ts'
import type { World } from './simulation.ts'

export const LEASE_MS = 6000
const HOST = 'app:workflows'

type Passage = 'open' | 'cut'

/** An engine at the far end of a line. What was asked is done once, whatever is lost on the way back, as a fenced append can be. */
class Line {
  passage: Passage = 'open'
  readonly #node: SimNode

  constructor(node: SimNode) {
    this.#node = node
  }

  engine(): Engine {
    const { store } = this.#node.world
    const again = <T>(what: string, act: () => Promise<T>) => this.#again(what, act)
    return {
      append: (id, before, record, effects) => this.#append(id, before, record, effects),
      adopt: (id, records, effects) => again('adopt', () => store.adopt(id, records, effects)),
      head: (id) => again('head', () => store.head(id)),
      read: (id, from, limit) => again('read', () => store.read(id, from, limit)),
      forget: (id, seq) => again('forget', () => store.forget(id, seq)),
      post: (id, frame) => again('post', () => store.post(id, frame)),
      room: (id) => again('room', () => store.room(id)),
      mail: (id, after, limit) => again('mail', () => store.mail(id, after, limit)),
      due: (untilMs, limit, parts) => again('due', () => store.due(untilMs, limit, parts)),
      nextDue: (afterMs, parts) => again('nextDue', () => store.nextDue(afterMs, parts)),
      timers: (id) => again('timers', () => store.timers(id)),
      waiting: (after, limit, parts) => again('waiting', () => store.waiting(after, limit, parts)),
      list: (query) => again('list', () => store.list(query)),
      page: (id, hash) => again('page', () => store.page(id, hash)),
      putCode: (hash, bytes) => again('putCode', () => store.putCode(hash, bytes)),
      code: (hash) => again('code', () => store.code(hash)),
      codes: (after, limit) => again('codes', () => store.codes(after, limit)),
      removeCode: (hash) => again('removeCode', () => store.removeCode(hash)),
      remove: (id, at) => again('remove', () => store.remove(id, at)),
      claim: (node, ttlMs) => this.#once('claim', () => store.claim(node, ttlMs)),
      release: (node, parts, leaves) => this.#once('release', () => store.release(node, parts, leaves)),
      others: (node) => again('others', () => store.others(node)),
      watch: (hear) => store.watch((news) => this.#tell(hear, news)),
      close: async () => {},
    }
  }

  /** There and back. Rejects when the answer is lost; by then it may have been done. */
  #once<T>(what: string, act: () => Promise<T>): Promise<T> {
    const node = this.#node
    const { random } = node.world
    const lost = (): WippyError => away(what, node.name)
    return new Promise((resolve, reject) => {
      node.world.timeline.after(random.below(20), () => {
        if (this.passage === 'cut') return void node.later(1000, () => reject(lost()))
        const done = act()
        const isLost = random.below(25) === 0
        void done.then(
          (answer) => node.later(random.below(20), () => (isLost || this.passage === 'cut' ? reject(lost()) : resolve(answer))),
          (error) => node.later(random.below(20), () => reject(error)),
        )
      })
    })
  }

  async #again<T>(what: string, act: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#once(what, act)
      } catch (error) {
        if ((error as WippyError).code !== 'WORKFLOW_STORE_AWAY') throw error
        await new Promise<void>((resolve) => this.#node.later(200, resolve))
      }
    }
  }

  async #append(id: string, before: Position | null, record: Sealed, effects: Effects): Promise<boolean> {
    const { world, name } = this.#node
    let tries = 0
    return this.#again('append', async () => {
      const head = await world.store.head(id)
      if (tries++ > 0 && head !== null && samePosition(head, record)) return true
      const isDone = await world.store.append(id, before, record, effects)
      if (isDone) world.appended(name, id, record)
      return isDone
    })
  }

  #tell(hear: (news: News) => void, news: News): void {
    const { random } = this.#node.world
    if (random.below(5) > 0 && this.passage === 'open') this.#node.later(random.below(30), () => hear(news))
  }
}

/** One node, in one of its lives. */
export class SimNode {
  readonly name: string
  readonly world: World
  readonly line: Line
  readonly durables: Durables
  readonly #scheduler: Scheduler
  readonly #host = new Host(HOST, {}, '')
  readonly #aheadMs: number // its clock before that of others
  #wallMs: number
  #isDead = false
  #frozen: (() => void)[] | null = null

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
    this.line = new Line(this)
    this.#aheadMs = world.random.below(400) - 200
    this.#wallMs = this.#aheadMs
    this.#scheduler = new Scheduler({
      encodeError: encode,
      door: (ask) => this.#answer(ask),
      ready: () => this.later(0, () => this.#pump()),
    })
    this.durables = new Durables({
      engine: this.line.engine(),
      scheduler: () => this.#scheduler,
      clock: this.clock,
      runtime: 'simulation',
      makeBody: () => new Ring(),
      hostOf: (id) => (id === HOST ? this.#host : null),
      contextOf: () => null,
      begins: async () => true,
      mayCancel: () => true,
      resumed: () => {},
      over: () => {},
      report: (error) => world.note(`${name} reports ${(error as WippyError).code ?? error}`),
      checkpoints: { everyRecords: 4, everyBytes: 1 << 20 },
      kept: world.random.below(3),
      leaseMs: LEASE_MS,
    })
    this.#scheduler.delivery.post = this.durables.post
    world.names.set(this.durables.owner, name)
  }

  get clock(): Clock {
    return {
      nowMs: () => this.world.timeline.nowMs + this.#aheadMs,
      wallMs: () => this.world.timeline.nowMs + this.#wallMs,
      setTimer: (ms, act) => this.later(ms, act),
    }
  }

  async begin(): Promise<void> {
    await this.durables.join()
    await this.durables.boot()
  }

  /** Something happens on this node: not when it is dead, and not before it is woken when it is frozen. */
  later(ms: number, act: () => void): () => void {
    let isForgotten = false
    const happen = (): void => {
      if (isForgotten || this.#isDead) return
      if (this.#frozen === null) act()
      else this.#frozen.push(happen)
    }
    const forget = this.world.timeline.after(ms, happen)
    return () => {
      isForgotten = true
      forget()
    }
  }

  die(): void {
    this.#isDead = true
  }

  freeze(): void {
    this.#frozen ??= []
  }

  wake(): void {
    const waiting = this.#frozen ?? []
    this.#frozen = null
    for (const happen of waiting) this.later(0, happen)
  }

  jump(ms: number): void {
    this.#wallMs += ms
  }

  start(id: string): Promise<unknown> {
    return this.durables.start({
      id,
      host: this.#host,
      limits: defaultLimits,
      entry: 'app:ring',
      code: { hash: '00'.repeat(16), bytes: Uint8Array.of(1) },
      args: encodeAll([]),
      context: new Uint8Array(0),
    })
  }

  #pump(): void {
    while (this.#scheduler.turn(this.clock.nowMs()));
  }

  /** Effects take a while; one leaves when it is known whose workflow it is of. */
  #answer({ process, op, tag }: Ask): void {
    const run = this.durables.runOf(process)
    if (run === null || run.ledger.timers.has(tag)) return
    if (op !== 'sim.effect') throw new Error(`nobody answers ${op}`)
    const key = `${run.id}/${run.card.start}/${tag}`
    const forget = process.onEnd(
      this.later(this.world.random.below(800), () => void this.#effect(process, run.id, key, tag).finally(() => forget())),
    )
  }

  async #effect(process: Process, id: string, key: string, tag: number): Promise<void> {
    const sure = this.durables.sure()
    if (sure !== null) await sure
    if (process.state === 'ended') return
    this.world.effect(this.name, id, key)
    this.#scheduler.delivery.reply(process, tag, true, encodeAll([]))
  }
}
