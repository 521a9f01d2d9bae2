// The audit: every deny, and every allow that changed something.
//
//   T1 Nobody waits for it. What happens within WINDOW_MS is written in one go; a clean end writes all of it, a killed program may lose what
//      happened since the last write began.
//   T2 What a process is denied again and again within a window is one record with a count, and a process has so many of them per window.
//   T3 It is bounded by count and bytes, the oldest go first. Allows and denies do so apart: nobody can push out what was changed by being
//      denied a lot.

import type { Clock } from '../clock.ts'
import { WippyError } from '../error.ts'
import type { StateFolder } from '../lmdb/state-folder.ts'
import type { Decision } from '../security/scope.ts'
import type { AuditRecord, AuditVerdict, Rings } from './audit-ring.ts'
import type { Log } from './logger.ts'
import type { Demand } from './rights.ts'
import type { Doer } from './service.ts'

const WINDOW_MS = 50
const MOST_PENDING = 10_000 // records
const MOST_DENIED = 20 // different denies of one process in a window

export type AuditOptions = { readonly state: StateFolder; readonly clock: Clock; readonly log: Log }

/** Whose rights it was: the operator's, an actor's, or nobody's. */
const actorOf = ({ context }: Doer): string => context.actor?.id ?? (context.operator === true ? 'operator' : '')

export class Audit {
  readonly #options: AuditOptions
  readonly #denies = new Map<string, Map<string, AuditRecord>>() // pid → what of
  #pending: AuditRecord[] = []
  #lost = 0
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> = Promise.resolve()
  #rings: Promise<Rings> | null = null
  #isBroken = false

  constructor(options: AuditOptions) {
    this.#options = options
  }

  denied(doer: Doer, demand: Demand, { policy }: Decision): void {
    const own = this.#denies.get(doer.pid) ?? new Map<string, AuditRecord>()
    this.#denies.set(doer.pid, own)
    const isOneMore = own.size >= MOST_DENIED
    const what = isOneMore ? { action: '*', resource: '' } : demand
    const key = `${what.action} ${what.resource}`
    const known = own.get(key)
    if (known) known.times++
    else if (this.#add('deny', doer, what, policy)) own.set(key, this.#pending.at(-1)!)
  }

  allowed(doer: Doer, demand: Demand, { policy }: Decision): void {
    this.#add('allow', doer, demand, policy)
  }

  /** Resolves when everything up to now is on the disk, or could not be written, which has been said then. */
  flush(): Promise<void> {
    clearTimeout(this.#timer ?? undefined)
    this.#timer = null
    const records = this.#pending
    const lost = this.#lost
    this.#pending = []
    this.#lost = 0
    this.#denies.clear()
    if (records.length === 0) return this.#writing
    for (const record of records) if (record.verdict === 'deny') this.#tell(record)
    if (lost > 0) this.#options.log.record('warn', 'security', 'audit records lost, too many at once', { lost })
    this.#writing = this.#writing.then(() => this.#write(records))
    return this.#writing
  }

  /** The newest records first. */
  async read(options: { readonly limit?: number; readonly verdict?: AuditVerdict } = {}): Promise<readonly AuditRecord[]> {
    await this.flush()
    const { readAudit } = await import('./audit-ring.ts')
    const environment = this.#rings ? (await this.#rings).environment : await this.#options.state.existing()
    return environment ? readAudit(environment, options) : []
  }

  #add(verdict: AuditVerdict, doer: Doer, { action, resource }: Pick<Demand, 'action' | 'resource'>, policy: string | null): boolean {
    if (this.#pending.length >= MOST_PENDING) {
      this.#lost++
      return false
    }
    const { clock } = this.#options
    const { pid, entry } = doer
    const time = Math.round(clock.nowMs())
    this.#pending.push({ time, verdict, actor: actorOf(doer), action, resource, policy, entry, pid, times: 1 })
    this.#timer ??= setTimeout(() => void this.flush(), WINDOW_MS).unref() // the end of the node flushes as well
    return true
  }

  #tell({ actor, action, resource, policy, entry, pid, times }: AuditRecord): void {
    const fields = { actor, action, resource, policy: policy ?? '', entry, pid, ...(times > 1 && { times }) }
    this.#options.log.record('warn', 'security', 'permission denied', fields)
  }

  async #open(): Promise<Rings> {
    const [{ Rings }, environment] = await Promise.all([import('./audit-ring.ts'), this.#options.state.owned()])
    return new Rings(environment)
  }

  async #write(records: readonly AuditRecord[]): Promise<void> {
    try {
      this.#rings ??= this.#open()
      await (await this.#rings).append(records)
      this.#isBroken = false
    } catch (error) {
      this.#rings = null
      if (!this.#isBroken)
        this.#options.log.record('error', 'security', 'the audit is not written', {
          error: error instanceof WippyError ? error.text : String(error),
        })
      this.#isBroken = true
    }
  }
}
