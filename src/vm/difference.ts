// Where a memory differs from an older one, in grains. What lies behind the end of the older one was zero.
//
// The comparison goes from coarse to fine, because almost all of two memories is equal and comparing large ranges costs next to nothing.

export const GRAIN = 64 // bytes; a waiting process differs from its entry in about thirty, two kilobytes in all
/** Lengths of older memories must be a multiple of this. */
export const BLOCK = 1024
const RANGE = 8 * BLOCK

const zeros = Buffer.alloc(RANGE)

/** Runs of grains that differ within the ranges [from, to), as [offset, length, offset, length, …]. */
export const differences = (memory: Buffer, old: Buffer, ranges: readonly (readonly [from: number, to: number])[]): number[] => {
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length >> 2)
  const oldWords = new Int32Array(old.buffer, old.byteOffset, old.length >> 2)
  const runs: number[] = []
  let end = -1 // of the last run

  const note = (at: number, length: number): void => {
    if (at === end) runs[runs.length - 1]! += length
    else runs.push(at, length)
    end = at + length
  }

  const grains = (from: number, to: number): void => {
    for (let grain = from >> 2; grain < to >> 2; grain += GRAIN >> 2) {
      const stop = grain + (GRAIN >> 2)
      let word = grain
      while (word < stop && words[word] === oldWords[word]) word++
      if (word < stop) note(grain << 2, GRAIN)
    }
  }

  const blocks = (from: number, to: number): void => {
    for (let at = from; at < to; at += BLOCK) {
      const stop = Math.min(at + BLOCK, to)
      if (same(memory, old, at, stop)) continue
      if (stop <= old.length) grains(at, stop)
      else note(at, stop - at)
    }
  }

  for (const [from, to] of ranges) {
    for (let at = from; at < to; at += RANGE) {
      const stop = Math.min(at + RANGE, to)
      if (!same(memory, old, at, stop)) blocks(at, stop)
    }
  }
  return runs
}

const same = (memory: Buffer, old: Buffer, from: number, to: number): boolean => {
  if (to <= old.length) return memory.compare(old, from, to, from, to) === 0
  if (from >= old.length) return memory.compare(zeros, 0, to - from, from, to) === 0
  return same(memory, old, from, old.length) && same(memory, old, old.length, to)
}
