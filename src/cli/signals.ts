// Ctrl-C, once and twice.
//
// One press can arrive twice: npm passes on what the terminal sends to the whole group. The same signal within ECHO_MS is the same press.

import { type Clock, systemClock } from '../clock.ts'

const ECHO_MS = 150
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

export type Signals = {
  /** What the first press does from now on; it gets the exit code that says so. Until it is told, the first press ends the program like the second. */
  stopWith(stop: (code: number) => void): void
  /** Listens no more. */
  leave(): void
}

/** Listens. `end` is called with the exit code when the program should be gone at once. */
export const listenForSignals = (end: (code: number) => void, clock: Pick<Clock, 'nowMs'> = systemClock): Signals => {
  let stop: ((code: number) => void) | null = null
  const listening: (readonly [string, () => void])[] = []
  let pressed = false
  let last = { signal: '', at: -ECHO_MS }
  for (const [signal, code] of Object.entries(CODES)) {
    const heard = (): void => {
      const at = clock.nowMs()
      const echo = signal === last.signal && at - last.at < ECHO_MS
      last = { signal, at }
      if (echo) return
      if (pressed || !stop) end(code)
      else {
        pressed = true
        stop(code)
      }
    }
    process.on(signal, heard)
    listening.push([signal, heard])
  }
  return {
    stopWith: (fn) => {
      stop = fn
    },
    leave: () => {
      for (const [signal, heard] of listening) process.off(signal, heard)
    },
  }
}
