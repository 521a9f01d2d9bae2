// The machine's clock, later by as much as a test says: what waits for hours is due without anybody waiting.

import { type Clock, systemClock } from '../../src/clock.ts'

export const HOUR_MS = 3_600_000

export class LaterClock implements Clock {
  laterMs: number

  constructor(laterMs = 0) {
    this.laterMs = laterMs
  }

  nowMs = (): number => systemClock.nowMs() + this.laterMs
  setTimer = systemClock.setTimer
}
