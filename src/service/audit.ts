// The audit: every deny, and every allow that changed something.
//
//   T1 What is noted within WINDOW_MS is written in one go. A change of the node's own state comes behind its record (`ahead`), and what
//      changes something elsewhere waits for it (`flush`): no change that is there lacks its record, whenever the program is killed. Of the
//      rest a killed program may lose what happened since the last write began.
//   T2 What a process does again and again within a window is one record with a count, and a process has so many denies per window.
//   T3 It is bounded by count and bytes, the oldest go first. Allows and denies do so apart: nobody can push out what was changed by being
//      denied a lot.
//   T4 A node that keeps nothing has the newest records in memory.
//   T5 When it cannot be written the log says so, once, and the node goes on.

import type { Clock } from '../clock.ts'
import { WippyError } from '../error.ts'
import type { StateFolder } from '../lmdb/state-folder.ts'
import type { Decision } from '../security/scope.ts'
import type { AuditQuery, AuditRecord, AuditVerdict, Rings } from './audit-ring.ts'
import type { Log } from './logger.ts'
import type { Demand } from './rights.ts'
import type { Doer } from './service.ts'

const WINDOW_MS = 50
const MOST_PENDING = 10_000 // records: more allows are written at once, more denies are only counted
const MOST_DENIED = 20 // different denies of one process in a window

export const OPERATOR = 'operator'

const MOST_KEPT = 1000 // in memory

export type AuditOptions = { readonly state: StateFolder | null; readonly clock: Clock; readonly log: Pick<Log, 'record'> }

export type AuditListener = (record: AuditRecord) => void

type What = Pick<Demand, 'action' | 'resource'>
type Who = Pick<AuditRecord, 'actor' | 'entry' | 'pid'>

/** Whose rights it was: the operator's, an actor's, or nobody's. */
const whoIs = ({ context, entry, pid }: Doer): Who => ({
  actor: context.actor?.id ?? (context.operator === true ? OPERATOR : ''),
  entry,
  pid,
})

export class Audit {
  readonly #options: AuditOptions
  readonly #noted = new Map<string, Map<string, AuditRecord>>() // verdict and pid → what of
  #pending: AuditRecord[] = []
  #kept: AuditRecord[] = []
  #lost = 0
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<unknown> = Promise.resolve()
  #rings: Rings | null = null
  #opening: Promise<Rings> | null = null
  #isBroken = false
  readonly #listeners = new Set<AuditListener>()

  constructor(options: AuditOptions) {
    this.#options = options
  }

  denied(doer: Doer, demand: What, { policy }: Decision): void {
    const own = this.#own('deny', doer.pid)
    const isKnown = own.size < MOST_DENIED || own.has(keyOf(demand, policy))
    this.#add('deny', whoIs(doer), isKnown ? demand : { action: '*', resource: '' }, policy)
  }

  allowed(doer: Doer, demand: What, { policy }: Decision): void {
    this.#add('allow', whoIs(doer), demand, policy)
  }

  /** What the operator did himself; `by` is what he did it with. */
  operated(by: string, what: What): void {
    this.#add('allow', { actor: OPERATOR, entry: by, pid: '' }, what, null)
  }

  /** Resolves when everything noted so far is on the disk no later than whatever is written to the node's state from then on. */
  async ahead(): Promise<void> {
    clearTimeout(this.#timer ?? undefined)
    this.#timer = null
    const records = this.#pending
    const lost = this.#lost
    this.#pending = []
    this.#lost = 0
    this.#noted.clear()
    if (records.length === 0) {
      await this.#opening?.catch(() => {}) // those noted before wait for it, and come first
      return
    }
    for (const record of records) {
      if (record.verdict === 'deny') this.#tell(record)
      for (const hear of this.#listeners) hear(record)
    }
    if (lost > 0) this.#options.log.record('warn', 'security', 'audit records lost, too many at once', { lost })
    const { state } = this.#options
    if (state === null) {
      this.#kept = [...this.#kept, ...records].slice(-MOST_KEPT)
      return
    }
    try {
      const rings = this.#rings ?? (await this.#open(state))
      this.#writing = Promise.all([
        this.#writing,
        rings.append(records).then(
          () => this.#mended(),
          (error) => this.#broken(error),
        ),
      ])
    } catch (error) {
      this.#broken(error)
    }
  }

  /** Resolves when everything noted so far is on the disk, or could not be written, which has been said then. */
  async flush(): Promise<void> {
    await this.ahead()
    await this.#writing
  }

  /** The newest records first. `hear` is called for those that come after them, when they are written, until `forget`. */
  async read(query: AuditQuery = {}, hear: AuditListener | null = null): Promise<readonly AuditRecord[]> {
    const [{ isMeant, readAudit }, existing] = await Promise.all([import('./audit-ring.ts'), this.#options.state?.existing()])
    await this.flush()
    const environment = this.#rings?.environment ?? existing
    if (hear !== null) this.#listeners.add(hear)
    if (environment) return readAudit(environment, query)
    const meant = this.#kept.filter((record) => isMeant(query, record))
    return meant.toReversed().slice(0, query.limit ?? MOST_KEPT)
  }

  forget(hear: AuditListener): void {
    this.#listeners.delete(hear)
  }

  #own(verdict: AuditVerdict, pid: string): Map<string, AuditRecord> {
    const owner = `${verdict} ${pid}`
    const own = this.#noted.get(owner) ?? new Map<string, AuditRecord>()
    this.#noted.set(owner, own)
    return own
  }

  #add(verdict: AuditVerdict, who: Who, { action, resource }: What, policy: string | null): void {
    const own = this.#own(verdict, who.pid)
    const key = keyOf({ action, resource }, policy)
    const known = own.get(key)
    if (known && known.actor === who.actor && known.entry === who.entry) return void known.times++
    if (this.#pending.length >= MOST_PENDING) {
      if (verdict === 'deny') return void this.#lost++
      void this.ahead()
    }
    const record: AuditRecord = { ...who, time: Math.round(this.#options.clock.nowMs()), verdict, action, resource, policy, times: 1 }
    this.#pending.push(record)
    this.#own(verdict, who.pid).set(key, record)
    this.#timer ??= setTimeout(() => void this.ahead(), WINDOW_MS).unref() // the end of the node flushes as well
  }

  #tell({ actor, action, resource, policy, entry, pid, times }: AuditRecord): void {
    const fields = { actor, action, resource, policy: policy ?? '', entry, pid, ...(times > 1 && { times }) }
    this.#options.log.record('warn', 'security', 'permission denied', fields)
  }

  #open(state: StateFolder): Promise<Rings> {
    const open = async (): Promise<Rings> => {
      await this.#writing // of rings that were given up
      const [{ Rings }, environment] = await Promise.all([import('./audit-ring.ts'), state.owned()])
      this.#rings = new Rings(environment)
      return this.#rings
    }
    this.#opening ??= open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  #mended(): void {
    this.#isBroken = false
  }

  #broken(error: unknown): void {
    this.#rings = null
    if (!this.#isBroken)
      this.#options.log.record('error', 'security', 'the audit is not written', {
        error: error instanceof WippyError ? error.text : String(error),
      })
    this.#isBroken = true
  }
}

const keyOf = ({ action, resource }: What, policy: string | null): string => `${action} ${policy ?? ''} ${resource}`
