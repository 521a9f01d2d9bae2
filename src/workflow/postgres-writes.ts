// Appends and posts on their way to PostgreSQL: those that wait go together, as one statement, while others are still on their way.
//
//   B1 What is written for one workflow is written in the order in which it was asked for.
//   B2 When a connection breaks in the middle, nobody knows what became of an append: the very same one is sent again, and the statement that
//      refuses it says whether the journal stands at it already. It is never written twice. A post cannot be told from another, and fails.
//   B3 While the database is away, appends wait, and posts up to a bound.

import type pg from 'pg'
import { WippyError } from '../error.ts'
import { mailboxFull } from '../kernel/failure.ts'
import { type Effects, hasEnded, MOST_MAIL, workflowNotFound } from './engine.ts'
import { partitionOf } from './partition.ts'
import { closed, isBroken, tooManyWait } from './postgres-fault.ts'
import type { Lanes } from './postgres-lanes.ts'
import type { Attribute } from './query.ts'
import type { Position, Sealed } from './record.ts'

const MOST_ITEMS = 256 // of one statement
const MOST_BYTES = 4 * 1024 ** 2
const MOST_POSTS = 10_000 // that wait
const PATIENCE_MS = 10_000 // with one statement

/** One record behind `before`, or a whole journal. */
type Append = { readonly before: Position | null; readonly records: readonly Sealed[]; readonly effects: Effects }
type Content = { readonly append: Append } | { readonly post: Uint8Array } | { readonly alone: (client: pg.Client) => Promise<number> }

type Item = {
  readonly id: string
  readonly content: Content
  readonly bytes: number
  readonly resolve: (answer: number) => void
  readonly reject: (error: unknown) => void
  /** It was sent, and what became of it is not known. */
  isUnsure: boolean
  /** It goes by itself: together with others it was refused, and one of them is to blame. */
  isSuspect: boolean
}

export type WritesOptions = {
  readonly lanes: Lanes
  readonly most: number
  readonly schema: string
  /** Something was written for a workflow. */
  readonly wrote: (id: string, kind: 'waiting' | 'ended') => void
  /** Hears, once, that the database is away, and then that it is back. */
  readonly report: (error: unknown) => void
  readonly restored: () => void
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)

/** Whether a text can be stored: ids that cannot be are nobody's. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** An attribute as it stands in the database: any text can, when it is written as JSON. */
export const attributeText = (attribute: Attribute): string => JSON.stringify(attribute)

const sizeOf = ({ records, effects: { card, mail, pages } }: Append): number =>
  records.reduce((sum, { bytes }) => sum + bytes.length, 0) +
  card.length +
  mail.reduce((sum, { frame }) => sum + frame.length, 0) +
  pages.put.reduce((sum, [, bytes]) => sum + bytes.length, 0)

export class PostgresWrites {
  readonly #options: WritesOptions
  #queue: Item[] = []
  readonly #underWay = new Map<string, number>() // workflows of the statements that were sent, and in how many
  #sent = 0
  #posts = 0
  #failures = 0
  #isAway = false
  #isScheduled = false

  constructor(options: WritesOptions) {
    this.#options = options
  }

  async append(id: string, append: Append): Promise<boolean> {
    const answer = await this.#put(id, { append }, sizeOf(append))
    const { effects } = append
    if (answer !== 1) return false
    const { wrote } = this.#options
    if (effects.active || effects.timers.length > 0) wrote(id, 'waiting')
    for (const { to } of effects.mail) wrote(to, 'waiting')
    if (effects.status !== 'running') wrote(id, 'ended')
    return true
  }

  async post(id: string, frame: Uint8Array): Promise<number> {
    if (!isStorable(id)) throw workflowNotFound(id)
    if (this.#posts >= MOST_POSTS) throw tooManyWait()
    this.#posts++
    try {
      const answer = await this.#put(id, { post: frame }, frame.length)
      if (answer === 0) throw workflowNotFound(id)
      if (answer < 0) throw mailboxFull()
      this.#options.wrote(id, 'waiting')
      return answer
    } finally {
      this.#posts--
    }
  }

  /** Something else that changes a workflow, in its order; it may be done twice. */
  alone(id: string, work: (client: pg.Client) => Promise<number>): Promise<number> {
    return this.#put(id, { alone: work }, 0)
  }

  #put(id: string, content: Content, bytes: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ id, content, bytes, resolve, reject, isUnsure: false, isSuspect: false })
      if (this.#isScheduled) return
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.#send()
      })
    })
  }

  #send(): void {
    while (this.#sent < this.#options.most && this.#queue.length > 0) {
      const batch = this.#take()
      if (batch.length === 0) return
      this.#sent++
      void this.#carry(batch).finally(() => {
        this.#sent--
        this.#send()
      })
    }
  }

  /** What can be sent now: nothing for a workflow for which something is under way, or waits before it. */
  #take(): Item[] {
    const batch: Item[] = []
    const left: Item[] = []
    const passed = new Set<string>()
    let bytes = 0
    let isFull = false
    for (const item of this.#queue) {
      const isLone = item.isSuspect || 'alone' in item.content
      const fits = batch.length === 0 || (!isLone && batch.length < MOST_ITEMS && bytes + item.bytes <= MOST_BYTES)
      if (isFull || !fits || this.#underWay.has(item.id) || passed.has(item.id)) {
        passed.add(item.id)
        left.push(item)
        continue
      }
      batch.push(item)
      bytes += item.bytes
      isFull = isLone
    }
    this.#queue = left
    for (const { id } of batch) this.#underWay.set(id, (this.#underWay.get(id) ?? 0) + 1)
    return batch
  }

  async #carry(batch: readonly Item[]): Promise<void> {
    try {
      const answers = await this.#options.lanes.use((client) => this.#write(client, batch), PATIENCE_MS)
      if (this.#isAway) this.#options.restored()
      this.#isAway = false
      this.#failures = 0
      for (const [i, item] of batch.entries()) item.resolve(item.isUnsure && answers[i] === 2 ? 1 : answers[i]!)
      this.#done(batch)
    } catch (error) {
      await this.#failed(batch, error instanceof WippyError ? error : closed())
    }
  }

  #done(batch: readonly Item[]): void {
    for (const { id } of batch) {
      const left = this.#underWay.get(id)! - 1
      if (left > 0) this.#underWay.set(id, left)
      else this.#underWay.delete(id)
    }
  }

  async #failed(batch: readonly Item[], error: WippyError): Promise<void> {
    const isUnsure = error.code === 'WORKFLOW_STORE_LOST'
    const again: Item[] = []
    for (const item of batch) {
      item.isUnsure ||= isUnsure
      const mayGoAgain = error.retryable || (batch.length > 1 && !this.#options.lanes.isClosed)
      if (!mayGoAgain || (isUnsure && 'post' in item.content)) item.reject(error)
      else again.push(item)
      item.isSuspect ||= !error.retryable
    }
    this.#queue.unshift(...again)
    this.#done(batch)
    if (!error.retryable) return
    if (!this.#isAway && isBroken(error)) this.#options.report(error)
    this.#isAway ||= isBroken(error)
    this.#failures++
    try {
      await this.#options.lanes.pause(this.#failures)
    } catch (over) {
      for (const item of this.#queue.splice(0)) item.reject(over)
    }
  }

  async #write(client: pg.Client, batch: readonly Item[]): Promise<readonly number[]> {
    const [first] = batch
    if (first && 'alone' in first.content) return [await first.content.alone(client)]
    const blobs = new Blobs()
    const ids = new Set<string>()
    const rows = batch.map(({ id, content }) => {
      ids.add(id)
      if ('post' in content) return { id, is_post: true, ...blobs.slice(content.post) }
      for (const { to } of (content as { append: Append }).append.effects.mail) if (isStorable(to)) ids.add(to)
      return rowOf(id, (content as { append: Append }).append, blobs)
    })
    const { rows: answers } = await client.query<{ answers: string[] }>(`SELECT ${this.#options.schema}.write($1, $2, $3, $4) AS answers`, [
      [...ids],
      JSON.stringify(rows),
      blobs.bytes(),
      MOST_MAIL,
    ])
    return answers[0]!.answers.map(Number)
  }
}

/** Bytes that go together, and where each of them lies. */
class Blobs {
  readonly #parts: Uint8Array[] = []
  #size = 0

  slice(bytes: Uint8Array): { readonly at: number; readonly size: number } {
    const at = this.#size
    this.#parts.push(bytes)
    this.#size += bytes.length
    return { at, size: bytes.length }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts, this.#size)
  }
}

/** An append as the function of the schema takes it; what is empty is left out. */
const rowOf = (id: string, { before, records, effects }: Append, blobs: Blobs): object => {
  const record = records.at(-1)!
  const { entry, startedMs, attributes } = effects.traits
  const slices = records.map(({ seq, bytes }) => ({ seq, ...blobs.slice(bytes) }))
  const card = blobs.slice(effects.card)
  const mail = effects.mail.filter(({ to }) => isStorable(to)).map(({ to, frame }) => ({ to, ...blobs.slice(frame) }))
  const timers = [...new Map(effects.timers.map(({ tag, dueMs }) => [tag, dueMs]))].map(([tag, due_ms]) => ({ tag, due_ms }))
  const pages = new Map(effects.pages.put)
  return {
    id,
    part: partitionOf(id),
    ...(slices.length === 1 ? { at: slices[0]!.at, size: slices[0]!.size } : { records: slices }),
    ...(before && { old_epoch: before.epoch, old_seq: before.seq, old_hash: hex(before.hash) }),
    epoch: record.epoch,
    seq: record.seq,
    hash: hex(record.hash),
    status: effects.status,
    active: effects.active,
    ended: hasEnded(effects.status),
    entry,
    started_ms: startedMs,
    attributes: attributes.map(attributeText),
    card_at: card.at,
    card_size: card.size,
    mail: some(mail),
    taken: some(effects.taken),
    timers: some(timers),
    cleared: some(effects.cleared),
    dropped: some(effects.pages.drop),
    pages: some([...pages].map(([name, bytes]) => ({ name, ...blobs.slice(bytes) }))),
  }
}
