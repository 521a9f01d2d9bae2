// What a store does again and again while it is open.

import type { Clock } from '../clock.ts'

/** Does `work` after every `ms`, counted from the end of the last time; what fails is done again the next time. The returned function ends that. */
export const repeat = (clock: Clock, ms: number, work: () => void | Promise<void>): (() => void) => {
  let isOver = false
  let forget = (): void => {}
  const next = (): void => {
    if (isOver) return
    forget = clock.setTimer(ms, () => {
      const done = work()
      if (done === undefined) next()
      else void done.then(next, next)
    })
  }
  next()
  return () => {
    isOver = true
    forget()
  }
}
