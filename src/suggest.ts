// "Did you mean …?": the nearest of the names that would have been right.

/** Letters to put in, leave out, change, or swap with the next. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + change, isSwap ? before[j - 2]! + 1 : Infinity))
    }
    before = row
    row = next
  }
  return row[b.length]!
}

/** Longer names are nobody's slip. */
const LONGEST = 80

/** The candidate that is at most a third of its letters away, or null. */
export const nearest = (word: string, candidates: Iterable<string>): string | null => {
  if (word.length > LONGEST) return null
  const reach = Math.max(1, Math.floor(word.length / 3))
  let best: string | null = null
  let least = reach + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > reach || candidate === word) continue
    const far = distance(word, candidate)
    if (far < least) {
      least = far
      best = candidate
    }
  }
  return best
}

/** A hint that names the nearest candidate, or the sentence to fall back on. */
export const didYouMean = (word: string, candidates: Iterable<string>, otherwise: string): string => {
  const best = nearest(word, candidates)
  return best === null ? otherwise : `Did you mean "${best}"?`
}
