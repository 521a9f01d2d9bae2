// Two nodes, each a process with a state folder of its own, and one PostgreSQL: killed, frozen and woken, cut off with a word and without one;
// the database crashes as well. Effects are counted outside, by their keys, each with the node it came from and the time.

import pg from 'pg'
import { decodeAll } from '../../src/msgpack.ts'
import { cardOf, writerOf } from '../../src/workflow/card.ts'
import { PARTITIONS } from '../../src/workflow/partition.ts'
import { ORIGIN, parseChain, RecordKind } from '../../src/workflow/record.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { Random } from '../support/random.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { type Effect, type Fault, ROUNDS, SharedNode } from './attacked-node.ts'

const SLACK_MS = 500 // between the clocks of two nodes
const LOOK_MS = 20
const PATIENCE_MS = 60_000

/** What a workflow with this number ends with. */
const totalOf = (number: number): number => {
  let total = 0
  for (let round = 1; round <= ROUNDS; round++) total += number + round * 10 + round
  return total
}

/**
 * `leasesMs`: until everything the node had was another's. `allMs`: until everything it was doing went on there; of a crash, until records were
 * written again.
 */
export type Endured = { readonly fault: Fault; readonly tasks: number; readonly leasesMs: number; readonly allMs: number }

export type Outcome = {
  readonly endured: readonly Endured[]
  /** Workflows with numbers that have ended. */
  readonly workflows: number
  readonly records: number
  readonly takeovers: number
  /** How often each effect happened, by its key. */
  readonly effects: ReadonlyMap<string, number>
  /** What is not as it should be. */
  readonly wrong: readonly string[]
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

type Row = Readonly<Record<string, unknown>>

/** The tables, asked until the server answers. */
class Tables {
  readonly #server: PostgresServer
  #client: pg.Client | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(server: PostgresServer) {
    this.#server = server
  }

  /** One after the other. */
  rows(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const rows = this.#last.then(() => this.#rows(sql, values))
    this.#last = rows
    return rows
  }

  async #rows(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    for (;;) {
      try {
        this.#client ??= await this.#connect()
        return (await this.#client.query(sql, [...values])).rows
      } catch {
        this.#client = null
        await pass(LOOK_MS)
      }
    }
  }

  async until(condition: () => Promise<boolean>, what: () => string): Promise<void> {
    for (const late = Date.now() + PATIENCE_MS; !(await condition()); await pass(LOOK_MS)) {
      if (Date.now() > late) throw new Error(`waited too long for ${what()}`)
    }
  }

  async close(): Promise<void> {
    await this.#client?.end()
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#server.url)
    client.on('error', () => {})
    await client.connect()
    return client
  }
}

export type TwoNodesOptions = {
  /** Workflows that run at once, in two groups that are started again and again while there are faults. */
  readonly count: number
  readonly faults: readonly Fault[]
  readonly seed: number
  readonly say?: (line: string) => void
}

export const runTwoNodes = async ({ count, faults, seed, say = () => {} }: TwoNodesOptions): Promise<Outcome> => {
  const server = await startPostgres()
  const tables = new Tables(server)
  const nodes = [new SharedNode(server, await TcpProxy.to(server.port)), new SharedNode(server, await TcpProxy.to(server.port))]
  const running = new Run(server, tables, nodes, Math.ceil(count / 2), new Random(seed))
  try {
    for (const node of nodes) await node.start()
    const endured: Endured[] = []
    const waves = Promise.all(['w', 'v'].map((letter) => running.waves(letter, () => endured.length === faults.length)))
    waves.catch(() => {}) // whoever waits for it hears of it
    for (const fault of faults) {
      const one = await running.endure(fault)
      endured.push(one)
      say(`${fault}: ${one.tasks} tasks under way, leases after ${one.leasesMs} ms, all after ${one.allMs} ms`)
    }
    const workflows = (await waves).reduce((sum, n) => sum + n, 0)
    return { endured, workflows, ...(await running.check(workflows)) }
  } catch (error) {
    throw new Error(`${error}\n${nodes.map(({ said }) => said).join('---\n')}`)
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
    for (const { proxy } of nodes) proxy.close()
    await tables.close()
    await server.stop()
  }
}

class Run {
  readonly #server: PostgresServer
  readonly #tables: Tables
  readonly #nodes: readonly SharedNode[]
  readonly #count: number
  readonly #random: Random

  constructor(server: PostgresServer, tables: Tables, nodes: readonly SharedNode[], count: number, random: Random) {
    this.#server = server
    this.#tables = tables
    this.#nodes = nodes
    this.#count = count
    this.#random = random
  }

  /** Starts workflows and waits for their ends, again and again. Resolves with how many there were. */
  async waves(letter: string, isOver: () => boolean): Promise<number> {
    let wave = 0
    do {
      const prefix = `${letter}${++wave}-`
      const ended = `SELECT count(*)::int AS n, count(*) FILTER (WHERE ended)::int AS over FROM wippy.workflow WHERE id LIKE '${prefix}%'`
      let asked = 0
      await this.#tables.until(
        async () => {
          const [row] = await this.#tables.rows(ended)
          if ((row!.n as number) < this.#count && Date.now() > asked + 1000) {
            asked = Date.now()
            for (const node of this.#nodes) node.begin(prefix, this.#count)
          }
          return row!.over === this.#count
        },
        () => `the ends of ${prefix}…`,
      )
    } while (!isOver())
    return wave * this.#count
  }

  async endure(fault: Fault): Promise<Endured> {
    await this.#bothAtWork()
    await pass(this.#random.below(500))
    return fault === 'crash' ? this.#crash() : this.#attack(this.#random.of(this.#nodes), fault)
  }

  /** Each node has its share, and something to do. */
  async #bothAtWork(): Promise<void> {
    const shares = 'SELECT node, count(*)::int AS n FROM wippy.lease GROUP BY node'
    await this.#tables.until(
      async () => {
        const rows = await this.#tables.rows(shares)
        const isFair = this.#nodes.every(({ owner }) => rows.some(({ node, n }) => node === owner && n === PARTITIONS / 2))
        if (!isFair) return false
        for (const { owner } of this.#nodes) if ((await this.#tasksOf(owner)).size === 0) return false
        return true
      },
      () => 'both nodes to be at work',
    )
  }

  /** Workflows that a node is doing something for. */
  async #tasksOf(owner: string): Promise<Set<string>> {
    const rows = await this.#tables.rows('SELECT id, card FROM wippy.workflow WHERE active')
    return new Set(rows.filter(({ card }) => cardOf(card as Uint8Array).owner === owner).map(({ id }) => id as string))
  }

  async #attack(victim: SharedNode, fault: Fault): Promise<Endured> {
    const { owner } = victim
    const startMs = Date.now()
    await victim.inflict(fault)
    const tasks = await this.#tasksOf(owner)
    let left = tasks
    let [leasesMs, allMs] = [0, 0]
    await this.#tables.until(
      async () => {
        const still = await this.#tasksOf(owner)
        left = new Set([...left].filter((id) => still.has(id)))
        const [row] = await this.#tables.rows('SELECT count(*)::int AS n FROM wippy.lease WHERE node = $1', [owner])
        const ms = Date.now() - startMs
        if (leasesMs === 0 && row!.n === 0) leasesMs = ms
        if (allMs === 0 && left.size === 0) allMs = ms
        return leasesMs > 0 && allMs > 0
      },
      () => `${left.size} of ${tasks.size} tasks to go on after ${fault}`,
    )
    await victim.heal(fault)
    return { fault, tasks: tasks.size, leasesMs, allMs }
  }

  async #crash(): Promise<Endured> {
    const startMs = Date.now()
    const written = 'SELECT sum(seq)::int AS n FROM wippy.workflow'
    const tasks = (await this.#tables.rows('SELECT FROM wippy.workflow WHERE active')).length
    await this.#server.crash()
    const before = (await this.#tables.rows(written))[0]!.n as number
    await this.#tables.until(
      async () => ((await this.#tables.rows(written))[0]!.n as number) > before,
      () => 'records after a crash of the database',
    )
    const ms = Date.now() - startMs
    return { fault: 'crash', tasks, leasesMs: 0, allMs: ms }
  }

  /** Reads every journal: each record follows the one before it, each owner comes with an epoch of its own, and results are right. */
  async check(workflows: number): Promise<Omit<Outcome, 'endured' | 'workflows'>> {
    const wrong: string[] = []
    const effects = new Map<string, number>()
    const byWorkflow = new Map<string, Effect[]>()
    for (const effect of this.#nodes.flatMap((node) => node.effects)) {
      effects.set(effect.key, (effects.get(effect.key) ?? 0) + 1)
      const id = effect.key.split('/').slice(0, -2).join('/')
      byWorkflow.set(id, [...(byWorkflow.get(id) ?? []), effect])
    }
    let [records, takeovers] = [0, 0]
    const heads = await this.#tables.rows('SELECT * FROM wippy.workflow ORDER BY id')
    for (const { id, seq, status, card } of heads as { id: string; seq: string; status: string; card: Uint8Array }[]) {
      const rows = await this.#tables.rows('SELECT data FROM wippy.record WHERE id = $1 ORDER BY seq', [id])
      const journal = parseChain(
        id,
        ORIGIN,
        rows.map(({ data }) => data as Uint8Array),
      )
      if (journal.length !== Number(seq)) wrong.push(`${id} has ${journal.length} records and stands at ${seq}`)
      records += journal.length
      const owners = journal.filter(({ kind }) => kind === RecordKind.own)
      takeovers += owners.length
      for (const [i, { epoch }] of journal.entries())
        if (epoch !== (journal[i - 1]?.epoch ?? 0) + (i === 0 || journal[i]!.kind === RecordKind.own ? 1 : 0))
          wrong.push(`${id} has epoch ${epoch} at record ${i + 1}`)
      const terms = owners.map(({ input, nowMs }, i) => ({
        owner: writerOf(input).owner,
        fromMs: nowMs,
        untilMs: owners[i + 1]?.nowMs ?? Number.POSITIVE_INFINITY,
      }))
      for (const { key, owner, atMs } of byWorkflow.get(id) ?? []) {
        const first = terms[0]?.fromMs ?? Number.POSITIVE_INFINITY
        const isInTerm = terms.some((term) => term.owner === owner && atMs > term.fromMs - SLACK_MS && atMs < term.untilMs + SLACK_MS)
        if (atMs > first + SLACK_MS && !isInTerm) wrong.push(`effect ${key} left a node that had lost it`)
      }
      if (id.startsWith('c-')) continue
      const [result] = decodeAll(cardOf(card).result ?? new Uint8Array(0)) as [{ total: number; more: boolean }?]
      const total = totalOf(Number(id.split('-')[1]))
      if (status !== 'completed' || result?.total !== total || result.more) wrong.push(`${id} is ${status} with ${JSON.stringify(result)}`)
    }
    const parents = heads.filter(({ id }) => !(id as string).startsWith('c-')).length
    if (parents !== workflows) wrong.push(`there are ${parents} workflows, not ${workflows}`)
    if (effects.size !== workflows * ROUNDS) wrong.push(`${effects.size} effects, not ${workflows * ROUNDS}`)
    return { records, takeovers, effects, wrong }
  }
}
