// What workflows watch: the ends of processes and of other workflows reach them as mail, so that none is lost while they are not in memory, or
// no node is there.
//
//   M1 The end of a process is told by the start of a node that it is of, wherever its watcher goes on; of one that is there no more, by whoever
//      goes on with the watcher.
//   M2 An end is told once: what waits in the mailbox already is not posted again, and what nobody waits for any more is not taken in.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { alreadyMonitoring, pidNotRegistered } from '../kernel/failure.ts'
import { EVENT, FrameCursor } from '../kernel/frame.ts'
import { endedBy } from '../kernel/payload.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encode, encodeAll } from '../msgpack.ts'
import { type Pid, parsePid } from '../pid.ts'
import { cardOf } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { Elsewhere } from '../workflow/elsewhere.ts'
import { hasEnded, MOST_MAIL } from '../workflow/engine.ts'
import { idOf } from '../workflow/id.ts'
import { framesOf, labelOf } from '../workflow/ledger.ts'
import type { Run } from '../workflow/run.ts'

const MOST = 10_000 // that one workflow watches

type End = { readonly ok: boolean; readonly payload: Uint8Array }
type Watcher = Pick<Run, 'id' | 'pid'>

export type MonitorsOptions = { readonly scheduler: Scheduler; readonly clock: Clock; readonly report: (error: unknown) => void }

export class WorkflowMonitors {
  readonly #durables: Durables
  readonly #scheduler: Scheduler
  readonly #elsewhere: Elsewhere
  readonly #report: (error: unknown) => void
  readonly #followed = new Map<string, Map<string, AbortController>>() // id of a watcher → watched → this time of watching

  constructor(durables: Durables, { scheduler, clock, report }: MonitorsOptions) {
    this.#durables = durables
    this.#scheduler = scheduler
    this.#elsewhere = new Elsewhere({ others: () => durables.engine.others(durables.owner), clock, report })
    this.#report = report
  }

  /** Nothing is looked for any more. */
  stop(): void {
    this.#elsewhere.stop()
  }

  /** Throws PID_NOT_REGISTERED, ALREADY_MONITORING, MONITOR_NAME, MONITOR_LIMIT. */
  async monitor(run: Run, target: string): Promise<void> {
    if (parsePid(target) === null) throw notByName(target)
    const pid = target as Pid
    if (run.ledger.watching.has(pid)) throw alreadyMonitoring(pid)
    if (run.ledger.watching.size >= MOST) throw tooMany()
    const id = this.#durables.post.owns(pid) ? idOf(pid) : null
    const head = id === null ? null : await this.#durables.engine.head(id)
    const isThere = id === null ? this.#scheduler.processes.find(pid) !== null : head !== null && !hasEnded(head.status)
    if (!isThere) throw pidNotRegistered(pid)
    this.follow(run, pid)
  }

  unmonitor(run: Watcher, target: string): void {
    this.#forget(run.id, target)
  }

  /** A workflow has ended: nothing is told to it any more. */
  over(id: string): void {
    for (const target of [...(this.#followed.get(id)?.keys() ?? [])]) this.#forget(id, target)
  }

  /** What a workflow that was taken up goes on watching. */
  resume(run: Run): void {
    for (const [pid, on] of run.ledger.watching.all()) this.follow(run, pid, on)
  }

  /** Tells the workflow of an end, when it comes. `on`: the start of a node that a process is of. */
  follow({ id, pid }: Watcher, watched: Pid, on = this.#durables.owner): void {
    const followed = this.#followed.get(id) ?? new Map<string, AbortController>()
    if (followed.has(watched)) return
    const over = new AbortController()
    const { signal } = over
    this.#followed.set(id, followed.set(watched, over))
    void this.#end(id, watched, on, signal)
      .then(async (end) => {
        if (end !== null && !signal.aborted) await this.#tell({ id, pid }, watched, end)
      })
      .catch((error) => {
        if (signal.aborted || (error instanceof WippyError && error.code === 'PROCESS_NOT_FOUND')) return // who watched has ended as well
        this.#report(error)
      })
      .finally(() => signal.aborted || this.#forget(id, watched))
  }

  #forget(id: string, watched: string): void {
    const followed = this.#followed.get(id)
    followed?.get(watched)?.abort()
    followed?.delete(watched)
    if (followed?.size === 0) this.#followed.delete(id)
  }

  /** How it ends; null when the watcher hears of it otherwise: children tell their parents themselves, and who goes on with it tells it. */
  async #end(watcher: string, watched: Pid, on: string, signal: AbortSignal): Promise<End | null> {
    const id = this.#durables.post.owns(watched) ? idOf(watched) : null
    if (id === null) {
      if (on === this.#durables.owner) return this.#endHere(watched, signal)
      await this.#elsewhere.gone(on)
      return this.#durables.has(watcher) ? lost(watched) : null
    }
    const head = await this.#durables.engine.head(id)
    if (head !== null && cardOf(head.card).parent === watcher) return null
    const { status, card } = await this.#durables.ended(id, signal)
    return this.#durables.has(watcher) ? { ok: status === 'completed', payload: cardOf(card).result ?? encodeAll([]) } : null
  }

  async #endHere(watched: Pid, signal: AbortSignal): Promise<End> {
    if (this.#scheduler.processes.find(watched) === null) return lost(watched)
    return new Promise((resolve) => {
      const forget = this.#scheduler.onExit(watched, resolve)
      signal.addEventListener('abort', forget, { once: true })
    })
  }

  async #tell({ id, pid }: Watcher, watched: Pid, end: End): Promise<void> {
    const frame = new FrameCursor()
    for (const mail of await this.#durables.engine.mail(id, 0, MOST_MAIL)) {
      frame.over(framesOf(mail.frame))
      if (!frame.next() || frame.kind !== EVENT) continue
      const [from, topic] = labelOf(frame)
      if (from === watched && topic === 'pid.exit') return
    }
    await this.#durables.post.exit(watched, pid, end)
  }
}

const lost = (pid: Pid): End => {
  const error = new WippyError('PROCESS_LOST', Kind.Unavailable, `process ${pid} ended with the node it ran on`, { retryable: false })
  return { ok: false, payload: endedBy(encode(error)) }
}

const tooMany = (): WippyError =>
  new WippyError('MONITOR_LIMIT', Kind.RateLimited, `a workflow watches at most ${MOST} others`, { retryable: false })

const notByName = (name: string): WippyError =>
  new WippyError('MONITOR_NAME', Kind.Invalid, `a workflow watches pids, and "${name}" is none`, { retryable: false })
