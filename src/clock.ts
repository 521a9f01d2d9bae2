// Time, passed in: whoever needs it takes a Clock, so that a test or a replay can bring its own.

export interface Clock {
  /** Milliseconds since 1970 with a fraction; never goes backward within a process of the operating system. */
  nowMs(): number
  /** The same as the machine says it: it may jump, and goes on while the machine is suspended. */
  wallMs?(): number
  /** Calls `fn` once after `ms`; the returned function forgets it. */
  setTimer(ms: number, fn: () => void): () => void
}

const LONGEST = 0x7fff_ffff // what the platform's timers can count to: about 25 days

// Not `performance`: what stands behind it takes Node a fifth of its start to load.
const { hrtime } = process // which is looked up each time otherwise
const hrtimeMs = (): number => {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
const origin = Date.now() - hrtimeMs()

/** The machine's clock. A waiting timer keeps the program alive: a process that sleeps is work, and a node that shuts down forgets its timers. */
export const systemClock: Clock = {
  nowMs: () => origin + hrtimeMs(),
  wallMs: () => Date.now(),
  setTimer(ms, fn) {
    let left = ms
    let handle: ReturnType<typeof setTimeout>
    const wait = () => {
      const now = Math.min(left, LONGEST)
      left -= now
      handle = setTimeout(left > 0 ? wait : fn, now)
    }
    wait()
    return () => clearTimeout(handle)
  },
}
