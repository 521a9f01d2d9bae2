// How processes get their part of the event loop: a turn of some milliseconds, then everybody else's, for as long as somebody is ready.

import type { Scheduler } from '../kernel/scheduler.ts'

const TURN_MS = 2

/** What a scheduler calls when somebody is ready while nobody pumps. */
export const pumping = (scheduler: () => Scheduler, nowMs: () => number): (() => void) => {
  let isScheduled = false
  const pump = (): void => {
    isScheduled = false
    if (scheduler().pump(nowMs, TURN_MS)) wake()
  }
  const wake = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(pump)
  }
  return wake
}
