// The mailboxes of the embedded engine. What is on its way to the disk is not yet read: until it is, `#boxes` knows how much waits.

import type { Batch, Environment } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { Table } from '../lmdb/table.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { type Mail, MOST_MAIL } from './engine.ts'

const FORMAT = 1
const LAST = Number.MAX_SAFE_INTEGER

/** Mail of a workflow while writes to it are under way. */
type Box = { last: number; waiting: number; writes: number }

export class LmdbMail {
  readonly #mail: Table<readonly [id: string, n: number]>
  readonly #last: Table<string>
  readonly #boxes = new Map<string, Box>()

  constructor(env: Environment) {
    this.#mail = env.table('workflow.mail')
    this.#last = env.table('workflow.lastmail')
  }

  /** What waits behind number `after`, in order. */
  read(id: string, after: number, limit: number): Mail[] {
    const what = `mail of workflow "${id}"`
    const range = this.#mail.range({ from: [id, after + 1], to: [id, LAST], limit })
    return [...range].map(({ key, value }) => ({ n: key[1], frame: unseal(value, FORMAT, what) }))
  }

  /** Ids that have mail, in order, behind `after`. */
  *receivers(after: string): Generator<string> {
    for (let last = after; ; ) {
      const [next] = this.#mail.keys({ from: [last, LAST], limit: 1 })
      if (!next) return
      last = next[0]
      yield last
    }
  }

  /** Puts mail into a batch of its own, or of others. Returns its number; `leave` has to be called when the write is over. */
  put(batch: Batch, id: string, frame: Uint8Array): number {
    const box = this.#enter(id)
    box.waiting++
    const n = ++box.last
    batch.put(this.#mail, [id, n], seal(frame, FORMAT))
    batch.put(this.#last, id, encodeAll([n]))
    return n
  }

  /** One write that `put` something for a workflow is over. */
  leave(id: string): void {
    const box = this.#boxes.get(id)
    if (box && --box.writes === 0) this.#boxes.delete(id)
  }

  /** How much more may wait. */
  room(id: string): number {
    const box = this.#boxes.get(id) ?? this.#box(id)
    return Math.max(0, MOST_MAIL - box.waiting)
  }

  /** Removes what a record has taken in. */
  take(batch: Batch, id: string, taken: readonly number[]): void {
    for (const n of taken) batch.remove(this.#mail, [id, n])
    const box = this.#boxes.get(id)
    if (box && taken.length > 0) box.waiting -= taken.filter((n) => this.#mail.has([id, n])).length
  }

  /** Removes all: what is stored, and what was written a moment ago. */
  clear(batch: Batch, id: string): void {
    for (const key of this.#mail.keys({ from: [id, 0], to: [id, LAST] })) batch.remove(this.#mail, key)
    const { last = 0, writes = 0 } = this.#boxes.get(id) ?? {}
    for (let n = last; n > last - writes; n--) batch.remove(this.#mail, [id, n])
  }

  /** Removes all, and where its numbers stand. */
  remove(batch: Batch, id: string): void {
    this.clear(batch, id)
    batch.remove(this.#last, id)
  }

  #enter(id: string): Box {
    let box = this.#boxes.get(id)
    if (box === undefined) {
      box = this.#box(id)
      this.#boxes.set(id, box)
    }
    box.writes++
    return box
  }

  #box(id: string): Box {
    const stored = this.#last.get(id)
    const last = stored === undefined ? 0 : Number(decodeAll(stored)[0])
    return { last, waiting: this.#mail.count({ from: [id, 0], to: [id, LAST] }), writes: 0 }
  }
}
