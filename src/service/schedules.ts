// The schedules of a node: what entries and spawners say about running a workflow again and again, kept as runs that wait for their time.
//
//   meta: { schedule: "0 3 * * *" }
//   meta: { schedule: { cron: "0 3 * * *", timezone: Europe/Berlin, overlap: skip, catch_up: true, input: [1], host: app:workflows } }

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { encodeAll } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, isFields, resolveId } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import { beginningOf, type Card, cardOf } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { type Head, hasEnded } from '../workflow/engine.ts'
import { parse } from '../workflow/record.ts'
import { isSameSchedule, nextTime, type Overlap, SCHEDULE, type Schedule, scheduledId } from '../workflow/schedule.ts'
import type { Start } from '../workflow/start.ts'
import { type Launcher, WORKFLOW_HOSTS } from './launcher.ts'
import { limitsOf } from './limits.ts'
import { scheduleOf } from './schedule-text.ts'
import type { Context } from './service.ts'
import { contextToBytes, storedProgram } from './stored-start.ts'
import type { Workflows } from './workflows.ts'

const LATE_MS = 60_000 // a run that is not to be made up for may be so late
const MOST_RUNS = 1000 // of one schedule at once that are looked at
const OVERLAPS: readonly unknown[] = ['skip', 'allow', 'cancel', 'terminate'] satisfies Overlap[]

/** What an entry says of its schedule; null when it has none. Throws SCHEDULE_INVALID, with its place. */
export const declaredBy = (entry: Entry): (Schedule & { readonly input: readonly unknown[]; readonly host: string | null }) | null => {
  const { schedule, temporal } = entry.meta
  const workflow = isFields(temporal) && isFields(temporal.workflow) ? temporal.workflow : {}
  const written = schedule ?? workflow.cron_schedule
  if (written === undefined || entry.kind !== 'workflow.lua') return null
  const { cron, timezone = 'UTC', overlap = 'skip', catch_up = true, input = [], host } = isFields(written) ? written : { cron: written }
  const wrong = (message: string, hint: string) =>
    blame(entry, 'meta.schedule', { code: 'SCHEDULE_INVALID', kind: Kind.Invalid, message, hint })
  if (typeof cron !== 'string') throw wrong(`the schedule of "${entry.id}" says no cron`, 'For example cron: "0 3 * * *".')
  if (!OVERLAPS.includes(overlap)) throw wrong(`overlap "${String(overlap)}" is unknown`, `There are ${OVERLAPS.join(', ')}.`)
  const worker = host ?? workflow.worker
  const named = { timezone: String(timezone), overlap: overlap as Overlap, catchUp: catch_up === true, isDeclared: true }
  try {
    const times = scheduleOf({ id: entry.id, cron, ...named })
    return {
      ...times,
      input: Array.isArray(input) ? input : [input],
      host: typeof worker === 'string' ? resolveId(worker, entry.ns) : null,
    }
  } catch (error) {
    if (error instanceof WippyError) throw wrong(error.message, error.hint ?? '')
    throw error
  }
}

export type SchedulesOptions = {
  readonly durables: Durables
  readonly workflows: Workflows
  readonly launcher: Launcher
  readonly registry: Registry
  readonly clock: Clock
  readonly operator: Context
  readonly report: (error: unknown) => void
}

export class Schedules {
  readonly #options: SchedulesOptions
  #hasBegun = false
  #last: Promise<void> = Promise.resolve()

  constructor(options: SchedulesOptions) {
    this.#options = options
  }

  /** To be called once, when the entries are there. */
  async begin(): Promise<void> {
    this.#hasBegun = true
    for (const entry of this.#options.registry.snapshot().entries()) await this.follow(entry)
  }

  /** An entry says this of its schedule from now on. */
  follow(entry: Entry): Promise<void> {
    return this.#inTurn(entry, () => this.#follow(entry))
  }

  /** An entry is gone, and with it what it would have run. */
  forget(entry: Entry): Promise<void> {
    return this.#inTurn(entry, async () => {
      for (const { head } of await this.#waiting(entry.id)) await this.#options.durables.interventions.skip(head, 'its schedule is gone')
    })
  }

  /** One run of an entry's schedule was ended before it began: the next one takes its place. What a spawner started ends with that. */
  unbegun({ entry: id, schedule }: Card): void {
    const entry = this.#options.registry.get(id)
    if (schedule?.isDeclared && entry) void this.follow(entry)
  }

  /** What entries say is taken in one after the other: the last word counts. What goes wrong is reported. */
  #inTurn({ kind }: Entry, act: () => Promise<void>): Promise<void> {
    if (!this.#hasBegun || kind !== 'workflow.lua') return Promise.resolve()
    this.#last = this.#last.then(act).catch(this.#options.report)
    return this.#last
  }

  async #follow(entry: Entry): Promise<void> {
    const declared = declaredBy(entry)
    let isThere = false
    for (const { head, schedule } of await this.#waiting(entry.id)) {
      if (declared !== null && isSameSchedule(schedule, declared)) isThere = true
      else await this.#options.durables.interventions.skip(head, 'its schedule was changed')
    }
    if (declared === null || isThere) return
    const { launcher, operator, clock } = this.#options
    const host = declared.host ?? launcher.only(...WORKFLOW_HOSTS).id
    const context = contextToBytes(launcher.contextFor(entry, operator))
    const { input, host: _, ...schedule } = declared
    await this.#plan(schedule, clock.nowMs(), { entry: entry.id, host, args: encodeAll(input), context })
  }

  /** Whether a run may begin now that its time has come. Plans the one after it first. False also when its journal was changed instead. */
  readonly begins = async (head: Head): Promise<boolean> => {
    const { durables, launcher, registry, clock } = this.#options
    const { interventions } = durables
    const card = cardOf(head.card)
    const schedule = card.schedule!
    const { atMs } = schedule
    const entry = registry.get(card.entry)
    const declared = entry && schedule.isDeclared ? declaredBy(entry) : null
    const isOff = entry === undefined || (schedule.isDeclared && (declared === null || !isSameSchedule(schedule, declared)))
    if (isOff) return this.#not(head, 'its schedule is gone')
    const [bytes] = await durables.engine.read(head.id, card.start, 1)
    const beginning = beginningOf(parse(bytes ?? new Uint8Array(0), `record ${card.start} of workflow "${head.id}"`).input)
    const now = clock.nowMs()
    await this.#plan(schedule, Math.max(atMs, now), beginning, card)
    if (!schedule.catchUp && now - atMs > LATE_MS) return this.#not(head, 'its time was missed')
    for (const other of await this.#going(schedule.id)) {
      if (schedule.overlap === 'skip') return this.#not(head, `"${other}" goes on`)
      if (schedule.overlap === 'cancel') await this.#options.workflows.cancel(other, 'the next run is due')
      if (schedule.overlap === 'terminate') await interventions.terminate(other).catch(() => {}) // it may have ended by itself
    }
    const code = storedProgram(launcher.program(entry))
    if (code.hash === card.code) return true
    await durables.exchange(head, code, beginning)
    return false
  }

  async #not(head: Head, why: string): Promise<false> {
    await this.#options.durables.interventions.skip(head, why)
    return false
  }

  /** Stores the first run behind a time that was not ended before. */
  async #plan(
    schedule: Schedule,
    afterMs: number,
    { entry: id, host: hostId, args, context }: Pick<Start, 'entry' | 'args' | 'context'> & { readonly host: string },
    like?: Card,
  ): Promise<void> {
    const { durables, launcher, workflows } = this.#options
    const entry = launcher.processEntry(id)
    const host = workflows.hostOf(hostId) ?? launcher.host(hostId)
    const { search = {}, memo = {} } = like ?? {}
    const code = storedProgram(launcher.program(entry))
    for (let atMs = nextTime(schedule, afterMs), left = MOST_RUNS; atMs !== null && left > 0; atMs = nextTime(schedule, atMs), left--) {
      const scheduled = { ...schedule, atMs }
      const planned = scheduledId(scheduled)
      const { isNew } = await durables.start({
        ...{ id: planned, host, limits: limitsOf(entry, host.limits), entry: id, args, context, schedule: scheduled },
        ...{ code, search, memo, conflict: 'use', reuse: 'unbegun' },
        ...{ executionMs: null, runMs: like?.limit?.runMs ?? null },
      })
      const head = isNew ? null : await durables.engine.head(planned)
      if (head === null || !hasEnded(head.status)) return
    }
  }

  async #runs(schedule: string): Promise<readonly { readonly head: Head; readonly card: Card }[]> {
    const query = { attributes: [[SCHEDULE, schedule] as const], status: 'running', limit: MOST_RUNS }
    return (await this.#options.durables.engine.list(query)).map((head) => ({ head, card: cardOf(head.card) }))
  }

  /** Runs whose time has not come. */
  async #waiting(schedule: string): Promise<readonly { readonly head: Head; readonly schedule: Schedule }[]> {
    const runs = await this.#runs(schedule)
    return runs.flatMap(({ head, card }) => (typeof card.beginMs === 'number' && card.schedule ? [{ head, schedule: card.schedule }] : []))
  }

  /** Runs that have begun. */
  async #going(schedule: string): Promise<readonly string[]> {
    return (await this.#runs(schedule)).flatMap(({ head, card }) => (typeof card.beginMs === 'number' ? [] : [head.id]))
  }
}
