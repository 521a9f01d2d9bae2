// Throws bytes at a target until one does what none may. Everything follows from a seed; what is found is made as small as it can be.

import { WippyError } from '../../src/error.ts'
import { Random } from '../support/random.ts'

export type Target = {
  /** A fresh input. */
  make(random: Random): Uint8Array
  /** Inputs worth changing, to begin with. */
  readonly seeds: readonly Uint8Array[]
  /** Does with an input what the program does. Whatever it throws is a find, but for a WippyError when `mayRefuse`. */
  run(input: Uint8Array): unknown
  readonly mayRefuse?: boolean
  close?(): Promise<void>
}

export type Find = { readonly seed: number; readonly input: Uint8Array; readonly why: string }

const SLOW_MS = 3000 // of the processor, for one input: nobody has to wait so long for anything
const KEPT = 200 // inputs to change, of each so many one, up to so long; the newest stay
const KEPT_EACH = 8
const KEPT_BYTES = 4096
const SHRINKS = 400 // tries

/** Why an input is a find; null when it is none. */
export const failureOf = async (target: Target, input: Uint8Array): Promise<string | null> => {
  const before = process.cpuUsage()
  try {
    await target.run(input)
  } catch (error) {
    if (!(target.mayRefuse && error instanceof WippyError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const { user, system } = process.cpuUsage(before)
  const ms = (user + system) / 1000
  return ms > SLOW_MS ? `it took ${Math.round(ms)} ms` : null
}

/** An input changed a little, in a few places. */
const mutate = (random: Random, input: Uint8Array, others: readonly Uint8Array[]): Uint8Array => {
  let bytes: Uint8Array = Uint8Array.from(input)
  for (let changes = 1 + random.below(6); changes > 0; changes--) {
    const [at, length] = [random.below(bytes.length + 1), 1 + random.below(16)]
    const way = random.below(6)
    if (way === 0 && bytes.length > 0) bytes[Math.min(at, bytes.length - 1)]! ^= 1 << random.below(8)
    else if (way === 1 && bytes.length > 0) bytes[Math.min(at, bytes.length - 1)] = random.of([0, 0xff, 0x7f, 0x80, 0xc1, 0x20])
    else if (way === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    else if (way === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length), at), bytes.subarray(at)])
    else if (way === 4)
      bytes = Buffer.concat([bytes.subarray(0, at), Uint8Array.from({ length }, () => random.below(256)), bytes.subarray(at)])
    else {
      const other = random.of(others)
      const from = random.below(other.length + 1)
      bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length * 8), bytes.subarray(at)])
    }
  }
  return bytes
}

/** The smallest input found that still fails: pieces are left out, larger ones first. */
export const shrink = async (target: Target, input: Uint8Array): Promise<Uint8Array> => {
  let best = input
  let tries = SHRINKS
  for (let size = best.length >> 1; size > 0 && tries > 0; size >>= 1) {
    for (let at = 0; at < best.length && tries > 0; ) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)])
      tries--
      if ((await failureOf(target, shorter)) === null) at += size
      else best = shorter
    }
  }
  return best
}

/** The input of a seed. */
const inputOf = (target: Target, seed: number, kept: readonly Uint8Array[]): Uint8Array => {
  const random = new Random(seed)
  return kept.length === 0 || random.next() < 0.3 ? target.make(random) : mutate(random, random.of(kept), kept)
}

export type Plan = {
  readonly seed: number
  readonly ms: number
  /** Inputs at most. */
  readonly most?: number
  readonly found: (find: Find) => void
}

/** Runs inputs of one seed after the other until the time is over. Returns how many there were. */
export const fuzz = async (target: Target, { seed, ms, most = Number.POSITIVE_INFINITY, found }: Plan): Promise<number> => {
  const kept = [...target.seeds]
  const keep = (input: Uint8Array): void => {
    if (kept.length >= target.seeds.length + KEPT) kept.splice(target.seeds.length, 1)
    kept.push(input)
  }
  const until = performance.now() + ms
  let count = 0
  for (; count < most && performance.now() < until; count++) {
    const input = inputOf(target, seed + count, kept)
    const why = await failureOf(target, input)
    if (why === null) {
      if (count % KEPT_EACH === 0 && input.length < KEPT_BYTES) keep(input)
      continue
    }
    const small = await shrink(target, input)
    found({ seed: seed + count, input: small, why: (await failureOf(target, small)) ?? why })
  }
  return count
}
