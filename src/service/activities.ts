// The calls of workflows: made, given up, made again, as their policies say. What has to outlive the node is in the journal.
//
//   Y1 An attempt that failed and the time of the next one are on the disk before anybody waits for that time.
//   Y2 No attempt begins beyond what the policy allows, those that a crash interrupted included: the outcome is UNKNOWN_OUTCOME then.
//   Y3 Whoever lost interest, by canceling or by ending, gets no further attempt.
//   Y4 None begins while it is not known whether its workflow is still this node's.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encodeAll, split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Registry } from '../registry/registry.ts'
import type { Reply } from '../request.ts'
import type { Run } from '../workflow/run.ts'
import { ActivityAttempt, timedOut } from './activity-attempt.ts'
import { type ActivityPolicy, activityPolicyOf, nextAttempt } from './activity-policy.ts'
import type { Call, Operation } from './service.ts'

/** What a workflow calls. */
export const ACTIVITIES: ReadonlySet<string> = new Set(['funcs.call', 'contract.call'])

export type ActivitiesOptions = {
  readonly scheduler: Scheduler
  readonly registry: Registry
  readonly clock: Clock
  /** What answers an ask. */
  readonly operation: (op: string) => Promise<Operation>
  /** Null when the leases of this node hold; else resolves when it is known whose workflows are whose. */
  readonly sure: () => Promise<void> | null
}

/** An activity that runs, as its own code may see it. */
export type Activity = { readonly attempt: ActivityAttempt; readonly run: Run; readonly key: string }

export class Activities {
  readonly #options: ActivitiesOptions
  readonly #running = new Map<Pid, Activity>()

  constructor(options: ActivitiesOptions) {
    this.#options = options
  }

  /** What a process is an attempt at; null when it is none. */
  of(pid: Pid): Activity | null {
    return this.#running.get(pid) ?? null
  }

  /** Makes an attempt and answers, unless there is to be another one. */
  async make(run: Run, process: Process, call: Call): Promise<void> {
    try {
      await this.#make(run, process, call)
    } catch (error) {
      const broken = error instanceof WippyError ? error : new WippyError('INTERNAL', Kind.Internal, String(error), { retryable: false })
      this.#answer(run, process, call, { ok: false, error: broken })
    }
  }

  async #make(run: Run, process: Process, call: Call): Promise<void> {
    const { clock, registry } = this.#options
    const { tag, target, op } = call
    const entry = op === 'funcs.call' ? (registry.get(target) ?? null) : null
    const policy = activityPolicyOf(entry, split(call.raw, 1).head[0])
    let known = run.ledger.attempts.of(tag)
    for (let local = 0; known !== undefined; local++) {
      const number = known.number + local
      const closeMs = known.askedMs + policy.scheduleToCloseMs
      if (number > policy.most) return this.#answer(run, process, call, { ok: false, error: unknownOutcome(target) })
      if (closeMs <= clock.nowMs()) {
        const error = timedOut(target, 'schedule_to_close', policy.scheduleToCloseMs, false)
        return this.#answer(run, process, call, { ok: false, error })
      }
      const sure = this.#options.sure()
      if (sure !== null) {
        await sure
        if (!isWanted(run, tag)) return
      }
      const { reply, details } = await this.#once(run, call, policy, { number, details: known.details, leftMs: closeMs - clock.nowMs() })
      if (!isWanted(run, tag)) return
      const delayMs = reply.ok ? null : nextAttempt(policy, number, reply.error, closeMs - clock.nowMs())
      if (reply.ok || delayMs === null) return this.#answer(run, process, call, reply)
      if (!policy.isLocal)
        return void (await run.attempted({ what: 'fails', tag, dueMs: Math.ceil(clock.nowMs() + delayMs), details, error: reply.error }))
      await this.#pause(call, delayMs)
      known = run.ledger.attempts.of(tag)
    }
  }

  async #once(
    run: Run,
    call: Call,
    policy: ActivityPolicy,
    { number, details, leftMs }: { readonly number: number; readonly details: Uint8Array | null; readonly leftMs: number },
  ): Promise<{ readonly reply: Reply; readonly details: Uint8Array | null }> {
    const { clock, operation } = this.#options
    const { caller, op, target, tag, raw, key } = call
    const attempt = new ActivityAttempt({
      ...{ clock, number, policy, target, details, leftMs },
      note: (noted) => void run.attempted({ what: 'beats', tag, details: noted }),
      begun: (pid) => this.#running.set(pid, { attempt, run, key: key ?? '' }),
    })
    const { args } = call
    try {
      const answer = await (await operation(op))({ caller, op, target, tag, raw, key, args, attempt })
      return { reply: asActivity('ok' in answer ? answer : { ok: true, values: encodeAll(answer) }, attempt), details: attempt.details }
    } catch (error) {
      if (!(error instanceof WippyError)) throw error
      return { reply: asActivity({ ok: false, error }, attempt), details: attempt.details }
    } finally {
      attempt.end()
      if (attempt.pid !== null) this.#running.delete(attempt.pid)
    }
  }

  /** In memory, and not longer than the caller is there. */
  #pause({ caller }: Call, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(ms, () => {
        forget()
        resolve()
      })
      const forget = caller.onEnd(() => {
        cancel()
        resolve()
      })
    })
  }

  #answer(run: Run, process: Process, { tag }: Call, reply: Reply): void {
    if (tag === 0 || !isWanted(run, tag)) return
    const { delivery } = this.#options.scheduler
    if (reply.ok) delivery.reply(process, tag, true, reply.values)
    else delivery.fail(process, tag, reply.error)
  }
}

const isWanted = (run: Run, tag: number): boolean => !run.isClosed && run.ledger.open.has(tag)

/** An outcome as a workflow gets it: an end nobody named a kind for is Internal, a function that is not there yet may come. */
const asActivity = (reply: Reply, { timeout }: ActivityAttempt): Reply => {
  if (reply.ok) return reply
  const { error } = reply
  if (timeout !== null) return { ok: false, error: timeout }
  if (error.kind !== Kind.Unknown && error.code !== 'FUNCTION_NOT_FOUND') return reply
  const { code, message, details, where, hint, frame, contexts } = error
  const isMissing = code === 'FUNCTION_NOT_FOUND'
  const retryable = isMissing ? true : (error.retryable ?? (frame === undefined ? undefined : false))
  const kind = isMissing ? Kind.NotFound : Kind.Internal
  return { ok: false, error: new WippyError(code, kind, message, { retryable, details, where, hint, frame, contexts }) }
}

const unknownOutcome = (target: string): WippyError =>
  new WippyError(
    'UNKNOWN_OUTCOME',
    Kind.Unknown,
    `what became of the call of "${target}" is not known: the node stopped before it answered`,
    {
      retryable: false,
      hint: 'It may have been done. Look by its idempotency key before you do it again.',
    },
  )
