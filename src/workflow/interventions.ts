// What is done to a workflow from outside, whether it is loaded or not: ended by force, paused, resumed; and a journal that is taken in whole.
//
//   I1 What is not loaded is not loaded for it: its end is appended to a journal that cannot be read any more as to any other.
//   I2 A paused workflow takes no step that anybody sees. What is sent to it waits in the engine, as much as may wait for any; its timers
//      wait in the record of the pause, and those that are over fire when it is resumed. Answers to what it had asked for wait beside it;
//      after a new start of the node, or when another node than the one that runs it has paused it, it asks again once it is resumed.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { terminated } from '../kernel/failure.ts'
import { endedBy } from '../kernel/payload.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encode } from '../msgpack.ts'
import { formatPid } from '../pid.ts'
import { type Card, cardOf } from './card.ts'
import { piecesOf } from './checkpoint.ts'
import type { Copy } from './copy.ts'
import type { Ended } from './ended.ts'
import { type Effects, type Engine, type Head, hasEnded, workflowNotFound } from './engine.ts'
import { checkId } from './id.ts'
import type { Loaded } from './loaded.ts'
import { closingMail, endMail } from './mail.ts'
import { notice, noticed, timersOf, timersToBytes } from './notice.ts'
import type { Programs } from './programs.ts'
import { parse, RecordKind, seal } from './record.ts'
import type { Run } from './run.ts'
import { workflowExists } from './start.ts'

const NOTHING = new Uint8Array(0)

export type InterventionsOptions = {
  readonly engine: Engine
  readonly loaded: Loaded
  readonly programs: Programs
  readonly clock: Clock
  readonly scheduler: () => Scheduler
  /** Ends a loaded run; false when somebody else owns its journal. */
  readonly end: (run: Run, status: string, ended: Ended) => Promise<boolean>
  /** Something waits for a workflow. */
  readonly hint: (id: string) => void
  readonly arm: (dueMs: number) => void
  /** A scheduled run was ended by force before it began. */
  readonly unbegun: (card: Card) => void
}

export class Interventions {
  readonly #options: InterventionsOptions

  constructor(options: InterventionsOptions) {
    this.#options = options
  }

  /** Ends a workflow, whatever it does. Throws WORKFLOW_NOT_FOUND, also for one that has ended. */
  terminate(id: string): Promise<void> {
    return this.#end(id, 'terminated', terminated())
  }

  /** Ends a workflow that has taken too long. Throws as `terminate`. */
  timeUp(id: string): Promise<void> {
    return this.#end(id, 'failed', timeUp(id))
  }

  /** Ends a run that has not begun. False when its journal stands elsewhere by now. */
  skip(head: Head, why: string): Promise<boolean> {
    return this.#endStored(head, 'cancelled', new WippyError('WORKFLOW_SKIPPED', Kind.Canceled, why, { retryable: false }))
  }

  async #end(id: string, status: string, error: WippyError): Promise<void> {
    const { loaded, scheduler, end } = this.#options
    await this.#until(id, async (head) => {
      const run = await loaded.here(id)
      if (run === null) return this.#endByForce(head, status, error)
      if (!(await end(run, status, endOf(error)))) return false
      if (run.process !== null && run.process.state !== 'ended') scheduler().fail(run.process.pid, error)
      return true
    })
  }

  async #endByForce(head: Head, status: string, error: WippyError): Promise<boolean> {
    const card = cardOf(head.card)
    if (!(await this.#endStored(head, status, error))) return false
    if (card.schedule && typeof card.beginMs === 'number') this.#options.unbegun(card)
    return true
  }

  async #endStored(head: Head, status: string, error: WippyError): Promise<boolean> {
    const { id } = head
    const { engine, hint, clock, scheduler } = this.#options
    const ended = endOf(error)
    const card = cardOf(head.card)
    const mail = [...endMail(id, card, ended), ...(await closingMail(engine, id, card))]
    const pages = { put: [], drop: await piecesOf(engine, id, card.mark) }
    const over: Card = { ...card, endedMs: clock.nowMs(), result: ended.payload, mark: null }
    if (!(await this.#note(head, RecordKind.end, ended.payload, over, noticed(status, over, { mail, pages })))) return false
    scheduler().names.release(formatPid(card.host, id)) // there is no process whose end would
    for (const to of [id, ...mail.map(({ to }) => to)]) hint(to)
    return true
  }

  /** Throws WORKFLOW_NOT_FOUND, WORKFLOW_PAUSED. */
  async pause(id: string): Promise<void> {
    await this.#until(id, async (head) => {
      if (head.status === 'paused') throw alreadyPaused(id)
      const run = await this.#options.loaded.here(id)
      if (run !== null) return run.pause()
      const timers = await this.#options.engine.timers(id)
      const effects = noticed('paused', cardOf(head.card), { cleared: timers.map(({ tag }) => tag) })
      return this.#note(head, RecordKind.pause, timersToBytes(timers), cardOf(head.card), effects)
    })
  }

  /** What keeps a workflow from going on here; null when nothing does, as far as is known. */
  problemOf(id: string): WippyError | null {
    return this.#options.loaded.problemOf(id)
  }

  /**
   * Lets a paused workflow go on, and tries one again that could not be loaded. Throws WORKFLOW_NOT_FOUND, WORKFLOW_NOT_PAUSED, and what keeps
   * it from going on.
   */
  async resume(id: string): Promise<void> {
    const { engine, loaded, arm } = this.#options
    await this.#until(id, async (head) => {
      if (head.status !== 'paused') {
        if (loaded.problemOf(id) === null) throw notPaused(id, head.status)
        await loaded.retry(id)
        return true
      }
      const run = await loaded.here(id)
      if (run !== null) return run.resume()
      const [pause] = await engine.read(id, head.seq, 1)
      const timers = timersOf(parse(pause ?? NOTHING, `record ${head.seq} of workflow "${id}"`).input)
      const effects = noticed('running', cardOf(head.card), { timers })
      if (!(await this.#note(head, RecordKind.resume, NOTHING, cardOf(head.card), effects))) return false
      for (const { dueMs } of timers) arm(dueMs)
      await loaded.retry(id)
      return true
    })
  }

  /** Takes in what `copy.ts` made. Throws WORKFLOW_ID, WORKFLOW_EXISTS. */
  async adopt({ id, records, effects, programs }: Copy): Promise<void> {
    const { engine, hint, arm } = this.#options
    checkId(id)
    const adopted = programs.reduce(
      (work, program) => () => this.#options.programs.during(program, work),
      () => engine.adopt(id, records, effects),
    )
    if (!(await adopted())) throw workflowExists(id, (await engine.head(id))?.status ?? 'there')
    hint(id)
    for (const { dueMs } of effects.timers) arm(dueMs)
  }

  /** Does it again when the journal grew meanwhile. */
  async #until(id: string, act: (head: Head) => Promise<boolean>): Promise<void> {
    for (;;) {
      const head = await this.#options.engine.head(id)
      if (head === null || hasEnded(head.status)) throw workflowNotFound(id)
      if (await act(head)) return
      await nextTurn() // others have theirs: they change what stood in the way
    }
  }

  #note(head: Head, kind: RecordKind, input: Uint8Array, { code }: Card, effects: Effects): Promise<boolean> {
    const { engine, clock } = this.#options
    const content = notice({ kind, code: Buffer.from(code, 'hex'), nowMs: clock.nowMs(), input })
    return engine.append(head.id, head, seal(head, head.epoch, content), effects)
  }
}

const endOf = (error: WippyError): Ended => ({ ok: false, payload: endedBy(encode(error)) })

const timeUp = (id: string): WippyError =>
  new WippyError('WORKFLOW_TIMEOUT', Kind.Timeout, `workflow "${id}" has taken too long`, { retryable: false })

const alreadyPaused = (id: string): WippyError =>
  new WippyError('WORKFLOW_PAUSED', Kind.Conflict, `workflow "${id}" is paused already`, {
    retryable: false,
    hint: `"wippy workflow resume ${id}" lets it go on.`,
  })

const notPaused = (id: string, status: string): WippyError =>
  new WippyError('WORKFLOW_NOT_PAUSED', Kind.Conflict, `workflow "${id}" is not paused: it is ${status}`, { retryable: false })
