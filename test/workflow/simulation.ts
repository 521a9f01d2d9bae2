// Several nodes in one program, on one seed: their clocks, what they say to the store and hear back, and every fault is drawn from it. Time is
// simulated; nothing waits. What happened is a trace, the same for the same seed. The store is the model (memory.ts).

import { decodeAll } from '../../src/msgpack.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { ORIGIN, parse, parseChain, RecordKind, type Sealed } from '../../src/workflow/record.ts'
import { Random } from '../support/random.ts'
import { RING_TOTAL, ROUNDS } from './ring.ts'
import { LEASE_MS, SimNode } from './simulated-node.ts'

const START_MS = 1_700_000_000_000
const OVER_MS = 600_000 // by then all must have ended
const STILL = 20 // turns of the event loop in which nothing happens: what is rebuilt gives way to others when the machine is slow

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

export type Told = {
  readonly trace: readonly string[]
  readonly wrong: readonly string[]
  readonly takeovers: number
  readonly repeated: number
}

export class World {
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
    for (let still = 0, before = -1; still < STILL; still = before === this.#settled ? still + 1 : 0) {
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
      if (status !== 'completed' || total !== RING_TOTAL) this.wrong.push(`${id} is ${status} with ${total}`)
    }
    if (this.#effects.size !== workflows * ROUNDS) this.wrong.push(`${this.#effects.size} effects`)
  }
}

/** One simulated run: three nodes, eight workflows in a ring, two minutes with faults. */
export const simulate = (seed: number): Promise<Told> => new World(seed).run(3, 8, 60_000)
