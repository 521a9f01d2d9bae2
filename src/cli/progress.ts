// Says on a terminal that something takes its time: from the first second on, until there is something to say or it is over.

import { standardError } from './outlets.ts'

const FIRST_MS = 1_000
const AGAIN_MS = 500
const ERASE = '\r\x1b[K'

let timer: NodeJS.Timeout | null = null
let isShown = false

/** Takes the line back. Whoever writes something calls it before. */
export const hushProgress = (): void => {
  if (timer !== null) clearInterval(timer)
  timer = null
  if (isShown) standardError().write(ERASE)
  isShown = false
}

/** Waits for `work`; of one thing after the other only the last is said. Nothing is said where standard error is no terminal. */
export const waitingFor = async <T>(what: string, work: Promise<T>): Promise<T> => {
  hushProgress()
  const began = performance.now()
  const say = (): void => {
    const ms = performance.now() - began
    if (ms < FIRST_MS) return
    isShown = true
    standardError().write(`${ERASE}${what}, ${Math.round(ms / 1000)} s`)
  }
  if (process.stderr.isTTY) timer = setInterval(say, AGAIN_MS)
  timer?.unref()
  try {
    return await work
  } finally {
    hushProgress()
  }
}
