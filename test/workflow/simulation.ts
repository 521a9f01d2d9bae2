// Several nodes in one program, on one seed: their clocks, what they say to the store and hear back, and every fault is drawn from it. Time is
// simulated; nothing waits. What happened is a trace, the same for the same seed.
//
// The store is the model (memory.ts); between it and each node is a line that delays, loses answers, loses news, or is cut.

import type { Clock } from '../../src/clock.ts'
import type { WippyError } from '../../src/error.ts'
import type { DurableBody, State, Verdict } from '../../src/kernel/body.ts'
import { EXIT, MESSAGE, REPLY, START } from '../../src/kernel/frame.ts'
import { defaultLimits, Host } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import type { Ask } from '../../src/kernel/release.ts'
import { Scheduler } from '../../src/kernel/scheduler.ts'
import { decodeAll, encode, encodeAll } from '../../src/msgpack.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { Durables } from '../../src/workflow/durables.ts'
import type { Effects, Engine, News } from '../../src/workflow/engine.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { away } from '../../src/workflow/postgres-fault.ts'
import { ORIGIN, type Position, parse, parseChain, RecordKind, type Sealed, samePosition } from '../../src/workflow/record.ts'
import { Random } from '../support/random.ts'
import { Outbox, readFrames } from '../support/ts-body.ts'

const START_MS = 1_700_000_000_000
const LEASE_MS = 6000
const ROUNDS = 8
const HOST = 'app:workflows'
const NOTHING = new Uint8Array(0)
const OVER_MS = 600_000 // by then all must have ended

/** Events in the order of their times; those of the same time in the order in which they were set. */
class Timeline {
  nowMs = START_MS
  #events: { readonly atMs: number; readonly n: number; readonly act: () => void }[] = []
  #count = 0

  after(ms: number, act: () => void): () => void {
    const event = { atMs: this.nowMs + ms, n: this.#count++, act }
    let at = this.#events.length
    while (at > 0 && this.#events[at - 1]!.atMs > event.atMs) at--
    this.#events.splice(at, 0, event)
    return () => {
      this.#events = this.#events.filter((other) => other !== event)
    }
  }

  /** Lets the next event happen. False when there is none. */
  next(): boolean {
    const event = this.#events.shift()
    if (event === undefined) return false
    this.nowMs = event.atMs
    event.act()
    return true
  }
}

type Memory = { round: number; phase: 'effect' | 'sleep' | 'send' | 'receive'; tag: number; total: number; heard: number; peer: string }

/** A workflow: an effect, a sleep and a message to the next one in each round; then it hears as many as it sent. */
class Ring implements DurableBody {
  readonly #out = new Outbox()
  readonly outbox = this.#out.frames
  readonly backlog = 0
  readonly fault = null
  spent = 0
  #memory: Memory = { round: 0, phase: 'effect', tag: 0, total: 0, heard: 0, peer: '' }

  step(inbox: Parameters<DurableBody['step']>[0]): Verdict {
    this.#out.frames.clear()
    const frames = readFrames(inbox)
    this.spent = 10 + frames.length
    const memory = this.#memory
    for (const frame of frames) {
      if (frame.kind === START) {
        memory.peer = frame.name.replace(/w(\d+)-(\d+)/, (_, n, of) => `w${(Number(n) + 1) % Number(of)}-${of}`)
        this.#ask('effect')
      } else if (frame.kind === MESSAGE) {
        memory.heard++
        memory.total += Number(frame.payload)
      } else if (frame.kind === REPLY && frame.tag === memory.tag) this.#goOn()
    }
    if (memory.phase !== 'receive' || memory.heard < ROUNDS) return 'wait'
    this.#out.frames.write(EXIT, 1, 0, NOTHING, NOTHING, encodeAll([memory.total, null]))
    return 'exit'
  }

  image(): State {
    const bytes = Buffer.from(JSON.stringify(this.#memory))
    const runs = Buffer.alloc(8 + bytes.length)
    runs.writeUInt32LE(bytes.length, 4)
    bytes.copy(runs, 8)
    return { pages: 1, runs }
  }

  restore({ runs }: State): void {
    this.#memory = JSON.parse(Buffer.from(runs).subarray(8).toString()) as Memory
  }

  standing() {
    return { coroutines: [], omitted: 0, globals: [] }
  }

  idle(): void {}
  close(): void {}

  #ask(phase: 'effect' | 'sleep' | 'send'): void {
    const memory = this.#memory
    memory.phase = phase
    const tag = ++memory.tag
    if (phase === 'effect') this.#out.ask('sim.effect', '', tag)
    else if (phase === 'sleep') this.#out.ask('time.sleep', '', tag, encodeAll([(500 + memory.round * 700) * 1e6]))
    else this.#out.send(memory.peer, 'next', String(memory.round), tag)
  }

  #goOn(): void {
    const memory = this.#memory
    if (memory.phase === 'effect') this.#ask('sleep')
    else if (memory.phase === 'sleep') this.#ask('send')
    else if (++memory.round < ROUNDS) this.#ask('effect')
    else memory.phase = 'receive'
  }
}

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
      post: (id, frame) => again('post', () => store.post(id, frame)),
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
class SimNode {
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
      resumed: () => {},
      report: (error) => world.note(`${name} reports ${(error as WippyError).code ?? error}`),
      checkpoints: { everyRecords: 4, everyBytes: 1 << 20 },
      kept: world.random.below(3),
      leaseMs: LEASE_MS,
    })
    this.#scheduler.delivery.post = this.durables.letters
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

export type Told = {
  readonly trace: readonly string[]
  readonly wrong: readonly string[]
  readonly takeovers: number
  readonly repeated: number
}

class World {
  readonly timeline = new Timeline()
  readonly random: Random
  readonly store = new MemoryEngine(() => this.timeline.nowMs)
  readonly names = new Map<string, string>()
  readonly trace: string[] = []
  readonly wrong: string[] = []
  readonly #owners = new Map<string, string>() // who took a workflow up last
  readonly #effects = new Map<string, number>()
  readonly #nodes: SimNode[] = []
  #lives = 0
  #settled = 0
  takeovers = 0

  constructor(seed: number) {
    this.random = new Random(seed)
  }

  note(line: string): void {
    this.#settled++
    this.trace.push(`${this.timeline.nowMs - START_MS} ${line}`)
  }

  appended(node: string, id: string, { seq, bytes, epoch }: Sealed): void {
    const { kind } = parse(bytes, id)
    this.note(`${node} ${Object.keys(RecordKind)[kind - 1]} ${id} ${epoch}.${seq}`)
    if (kind !== RecordKind.own) return
    this.takeovers++
    this.#owners.set(id, node)
  }

  effect(node: string, id: string, key: string): void {
    this.note(`${node} effect ${key}`)
    this.#effects.set(key, (this.#effects.get(key) ?? 0) + 1)
    const owner = this.#owners.get(id)
    if (owner !== undefined && owner !== node) this.wrong.push(`effect ${key} left ${node} when ${owner} had its workflow`)
  }

  /** Runs nodes and workflows to the end of all, with faults until `faultsMs` are over. */
  async run(nodes: number, workflows: number, faultsMs: number): Promise<Told> {
    for (let n = 0; n < nodes; n++) this.#nodes.push(this.#born(n))
    for (let n = 0; n < workflows; n++) this.#start(`w${n}-${workflows}`)
    this.#breakLater(faultsMs)
    const isOver = async (): Promise<boolean> => (await this.store.list({ status: 'completed', limit: 1000 })).length === workflows
    while (!(await isOver()) && this.timeline.nowMs < START_MS + OVER_MS) {
      if (!this.timeline.next()) break
      await this.#settle()
    }
    await this.#check(workflows)
    const repeated = [...this.#effects.values()].reduce((sum, n) => sum + n - 1, 0)
    return { trace: this.trace, wrong: this.wrong, takeovers: this.takeovers, repeated }
  }

  #born(n: number): SimNode {
    const node = new SimNode(this, `n${n}.${++this.#lives}`)
    this.note(`${node.name} begins`)
    void node.begin()
    return node
  }

  /** Asked for on any node until it is there. */
  #start(id: string): void {
    const node = this.random.of(this.#nodes)
    node.start(id).catch(() => {})
    this.timeline.after(2000, async () => {
      if ((await this.store.head(id)) === null) this.#start(id)
    })
  }

  #breakLater(leftMs: number): void {
    const ms = 200 + this.random.below(4000)
    if (ms > leftMs) return
    this.timeline.after(ms, () => {
      this.#break()
      this.#breakLater(leftMs - ms)
    })
  }

  #break(): void {
    const at = this.random.below(this.#nodes.length)
    const node = this.#nodes[at]!
    const lasting = 500 + this.random.below(2 * LEASE_MS)
    const fault = this.random.below(5)
    if (fault === 0) {
      this.note(`${node.name} dies`)
      node.die()
      this.timeline.after(lasting, () => {
        if (this.#nodes[at] === node) this.#nodes[at] = this.#born(at)
      })
    } else if (fault === 1) {
      this.note(`${node.name} freezes`)
      node.freeze()
      this.timeline.after(lasting, () => {
        this.note(`${node.name} wakes`)
        node.wake()
      })
    } else if (fault === 2) {
      this.note(`${node.name} is cut off`)
      node.line.passage = 'cut'
      this.timeline.after(lasting, () => {
        this.note(`${node.name} is back`)
        node.line.passage = 'open'
      })
    } else if (fault === 3) {
      const ms = this.random.below(20_000) - 10_000
      this.note(`the clock of ${node.name} jumps by ${ms}`)
      node.jump(ms)
    } else {
      this.note(`${node.name} leaves`)
      void node.durables.stop({ now: this.random.below(2) === 0 }).then(() => {
        node.die()
        if (this.#nodes[at] === node) this.#nodes[at] = this.#born(at)
      })
    }
  }

  /** Lets what follows from an event happen, promises and all. */
  async #settle(): Promise<void> {
    for (let still = 0, before = -1; still < 2; still = before === this.#settled ? still + 1 : 0) {
      before = this.#settled
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #check(workflows: number): Promise<void> {
    const heads = await this.store.list({ limit: 1000 })
    if (heads.length !== workflows) this.wrong.push(`there are ${heads.length} workflows`)
    for (const { id, status, seq, card } of heads) {
      const journal = parseChain(id, ORIGIN, await this.store.read(id, 1, 100_000))
      if (journal.length !== seq) this.wrong.push(`${id} has ${journal.length} records and stands at ${seq}`)
      for (const [i, { epoch, kind }] of journal.entries()) {
        const isNew = kind === RecordKind.own || i === 0
        if (epoch !== (journal[i - 1]?.epoch ?? 0) + (isNew ? 1 : 0)) this.wrong.push(`${id} has epoch ${epoch} at record ${i + 1}`)
      }
      const { result } = cardOf(card)
      const total = result === null ? null : decodeAll(result)[0]
      if (status !== 'completed' || total !== (ROUNDS * (ROUNDS - 1)) / 2) this.wrong.push(`${id} is ${status} with ${total}`)
    }
    if (this.#effects.size !== workflows * ROUNDS) this.wrong.push(`${this.#effects.size} effects`)
  }
}

/** One simulated run: three nodes, eight workflows in a ring, two minutes with faults. */
export const simulate = (seed: number): Promise<Told> => new World(seed).run(3, 8, 60_000)
