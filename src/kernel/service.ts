// One supervised service as a state machine on data: what happened in, the next status and one act out. supervisor.ts carries them out.
//
//   unknown → starting → running → exited            ended by itself, not started again
//                ↓          ↓    ↘ stopping → stopped
//              failed ←─────┘                        started again after a delay, while the policy allows
//
// There is one timer, and its meaning is the state's: too long in starting, stable in running, too long in stopping, retry in failed.

import type { WippyError } from '../error.ts'
import { startTimeout } from './failure.ts'
import { defaultRestart, mayRestart, type RestartPolicy, restartDelay } from './restart.ts'

export type ServiceState = 'unknown' | 'starting' | 'running' | 'stopping' | 'stopped' | 'exited' | 'failed'

export type Lifecycle = {
  /** Services that must run first. */
  readonly requires: readonly string[]
  readonly startTimeoutMs: number
  readonly stopTimeoutMs: number
  /** After running this long earlier failures are forgotten. */
  readonly stableThresholdMs: number
  readonly restart: RestartPolicy
}

export const defaultLifecycle: Lifecycle = {
  requires: [],
  startTimeoutMs: 10_000,
  stopTimeoutMs: 10_000,
  stableThresholdMs: 5000,
  restart: defaultRestart,
}

export type ServiceStatus = {
  readonly state: ServiceState
  /** Restarts since it was last stable. */
  readonly retries: number
  /** Whether a failed one will be started again. */
  readonly retrying: boolean
  /** Why it failed, or what it waits for. */
  readonly error: WippyError | null
}

export const unknownService: ServiceStatus = { state: 'unknown', retries: 0, retrying: false, error: null }

/** `started`: it runs now. `ended`: by itself when there was no `stop` before; an error is a failure. */
export type ServiceEvent =
  | { readonly kind: 'start' | 'started' | 'stop' | 'timer' }
  | { readonly kind: 'ended'; readonly error: WippyError | null }

export type Move = {
  readonly status: ServiceStatus
  readonly act: 'start' | 'stop' | 'kill' | null
  /** The timer from now on; null: none. */
  readonly timerMs: number | null
}

/** What a move depends on, besides what happened. */
export type Supervision = { readonly id: string; readonly status: ServiceStatus; readonly lifecycle: Lifecycle }

/** The next move, or null when the event changes nothing. `chance` is a random number from 0 to 1. */
export const nextMove = (service: Supervision, event: ServiceEvent, chance: number): Move | null => {
  const { id, status, lifecycle } = service
  const { state } = status
  switch (event.kind) {
    case 'start':
      return state === 'starting' || state === 'running' || state === 'stopping' ? null : start(unknownService, lifecycle)
    case 'started':
      if (state !== 'starting') return null
      return { status: { ...status, state: 'running' }, act: null, timerMs: status.retries > 0 ? lifecycle.stableThresholdMs : null }
    case 'ended':
      if (state === 'stopping') return rest('stopped')
      if (state !== 'starting' && state !== 'running') return null
      return event.error === null ? rest('exited') : failed(service, event.error, chance)
    case 'stop':
      if (state === 'starting' || state === 'running') {
        return { status: { ...status, state: 'stopping' }, act: 'stop', timerMs: lifecycle.stopTimeoutMs }
      }
      return state === 'unknown' || state === 'failed' ? rest('stopped') : null
    case 'timer':
      if (state === 'starting') return { ...failed(service, startTimeout(id, lifecycle.startTimeoutMs), chance), act: 'kill' }
      if (state === 'running') return { status: { ...status, retries: 0 }, act: null, timerMs: null }
      if (state === 'stopping') return { ...rest('stopped'), act: 'kill' }
      return state === 'failed' ? start(status, lifecycle) : null
  }
}

const start = (status: ServiceStatus, lifecycle: Lifecycle): Move => ({
  status: { state: 'starting', retries: status.retries, retrying: false, error: null },
  act: 'start',
  timerMs: lifecycle.startTimeoutMs,
})

const rest = (state: 'stopped' | 'exited'): Move => ({ status: { ...unknownService, state }, act: null, timerMs: null })

const failed = ({ status, lifecycle: { restart } }: Supervision, error: WippyError, chance: number): Move => {
  const retrying = mayRestart(restart, status.retries, error)
  const retries = status.retries + (retrying ? 1 : 0)
  const timerMs = retrying ? restartDelay(restart, retries, chance) : null
  return { status: { state: 'failed', retries, retrying, error }, act: null, timerMs }
}
