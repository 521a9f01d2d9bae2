// Audit records on disk: two rings in the state of a node, of what was allowed and of what was denied, with one numbering.
//
//   key      number of the record
//   value    sealed msgpack: [bytes written to this ring so far, time, actor, action, resource, policy, entry, pid, times]
// The count of bytes in the first and the last record says how many lie between them, so that nothing has to be walked over.

import type { Environment } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { Table } from '../lmdb/table.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { matches } from '../registry/glob.ts'

export type AuditVerdict = 'allow' | 'deny'

export type AuditRecord = {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly verdict: AuditVerdict
  /** Id of the actor; "operator" for the operator's own code without one, empty for nobody. */
  readonly actor: string
  readonly action: string
  readonly resource: string
  /** The policy that decided; null when none spoke. */
  readonly policy: string | null
  /** The code that wanted it, and the process that ran it. */
  readonly entry: string
  readonly pid: string
  /** How often within a moment. */
  times: number
}

const FORMAT = 1
const MOST_RECORDS = 50_000 // of each verdict
const MOST_BYTES = 32 * 1024 ** 2

const VERDICTS: readonly AuditVerdict[] = ['allow', 'deny']

export type RingLimits = { readonly records: number; readonly bytes: number }

const tableOf = (environment: Environment, verdict: AuditVerdict): Table<number> => environment.table<number>(`audit.${verdict}`)

class Ring {
  readonly table: Table<number>
  readonly #verdict: AuditVerdict
  readonly #limits: RingLimits
  readonly #records: number[] // numbers that are there, oldest first
  written = 0

  constructor(table: Table<number>, verdict: AuditVerdict, limits: RingLimits) {
    this.table = table
    this.#verdict = verdict
    this.#limits = limits
    this.#records = [...table.keys()]
    if (this.newest > 0) this.written = this.#writtenAt(this.newest)
  }

  get newest(): number {
    return this.#records.at(-1) ?? 0
  }

  /** The bytes of a record that comes next, under the number it gets. */
  add(number: number, record: AuditRecord): Uint8Array {
    const { time, actor, action, resource, policy, entry, pid, times } = record
    const said = [time, actor, action, cut(resource), policy, entry, pid, times]
    this.written += encodeAll(said).length
    this.#records.push(number)
    return seal(encodeAll([this.written, ...said]), FORMAT)
  }

  /** The numbers that have to go. */
  surplus(): readonly number[] {
    const { records, bytes } = this.#limits
    let gone = Math.max(0, this.#records.length - records)
    while (gone < this.#records.length - 1 && this.written - this.#writtenAt(this.#records[gone]!) > bytes) gone++
    return this.#records.splice(0, gone)
  }

  #writtenAt(number: number): number {
    const bytes = this.table.get(number)
    return bytes ? stored(bytes, this.#verdict).written : this.written
  }
}

/** Throws STATE_CORRUPT, STATE_NEWER. */
const stored = (bytes: Uint8Array, verdict: AuditVerdict): { readonly written: number; readonly record: AuditRecord } => {
  const values = decodeAll(unseal(bytes, FORMAT, 'an audit record')) as [
    number,
    number,
    string,
    string,
    string,
    string | null,
    string,
    string,
    number,
  ]
  const [written, time, actor, action, resource, policy, entry, pid, times] = values
  return { written, record: { time, verdict, actor, action, resource, policy, entry, pid, times } }
}

const LONGEST_RESOURCE = 512 // characters: the resource may be what a hostile process made up
const cut = (text: string): string => (text.length > LONGEST_RESOURCE ? `${text.slice(0, LONGEST_RESOURCE)}…` : text)

export class Rings {
  readonly environment: Environment
  readonly #rings: Readonly<Record<AuditVerdict, Ring>>

  constructor(environment: Environment, limits: RingLimits = { records: MOST_RECORDS, bytes: MOST_BYTES }) {
    this.environment = environment
    this.#rings = {
      allow: new Ring(tableOf(environment, 'allow'), 'allow', limits),
      deny: new Ring(tableOf(environment, 'deny'), 'deny', limits),
    }
  }

  /** Writes records, and removes the oldest where there are too many; resolves when it is on the disk. */
  async append(records: readonly AuditRecord[]): Promise<void> {
    const { allow, deny } = this.#rings
    let number = Math.max(allow.newest, deny.newest)
    await this.environment.write((batch) => {
      for (const record of records) {
        const ring = this.#rings[record.verdict]
        batch.put(ring.table, ++number, ring.add(number, record))
      }
      for (const ring of [allow, deny]) for (const gone of ring.surplus()) batch.remove(ring.table, gone)
    })
  }
}

/** Which records: all that is given has to fit. `*` in a text stands for any run of characters. */
export type AuditQuery = {
  /** 1,000 when not given. */
  readonly limit?: number
  readonly verdict?: AuditVerdict
  readonly actor?: string
  readonly action?: string
  readonly resource?: string
  /** Milliseconds since 1970. */
  readonly since?: number
}

/** Whether a record is one of those a query is for. */
export const isMeant = ({ verdict, actor, action, resource, since = 0 }: AuditQuery, record: AuditRecord): boolean =>
  record.time >= since &&
  (verdict === undefined || record.verdict === verdict) &&
  (actor === undefined || matches(actor, record.actor)) &&
  (action === undefined || matches(action, record.action)) &&
  (resource === undefined || matches(resource, record.resource))

type Numbered = { readonly key: number; readonly record: AuditRecord }

const meantIn = function* (environment: Environment, verdict: AuditVerdict, query: AuditQuery): Generator<Numbered> {
  for (const { key, value } of tableOf(environment, verdict).range({ reverse: true })) {
    const { record } = stored(value, verdict)
    if (isMeant(query, record)) yield { key, record }
  }
}

/** Records, the newest first. Throws STATE_CORRUPT, STATE_NEWER. */
export const readAudit = (environment: Environment, query: AuditQuery = {}): readonly AuditRecord[] => {
  const { limit = 1000, verdict } = query
  return VERDICTS.filter((one) => verdict === undefined || one === verdict)
    .flatMap((one) => [...meantIn(environment, one, query).take(limit)])
    .sort((a, b) => b.key - a.key)
    .slice(0, limit)
    .map(({ record }) => record)
}
