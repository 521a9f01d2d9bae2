// One contender's figure: what each round measured, and what is said of it.

/** `values`: nanoseconds for one unit, by round; empty when the contender could not be measured, then `problem` says why. */
export type Figure = { readonly name: string; readonly values: readonly number[]; readonly problem?: string }

/** The value below which the part `share` of the sorted values lies. */
const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? Number.NaN
  return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at % 1)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export const best = (values: readonly number[]): number => Math.min(...values)

/** Half of the rounds lie within ± this share of the median. */
export const spread = (values: readonly number[]): number => (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)

/** `ours` stands out; `weak` does the same work without keeping anybody apart. */
export type Bar = {
  readonly name: string
  readonly value: number
  readonly low: number
  readonly high: number
  readonly tone?: 'ours' | 'weak' | undefined
}
/** `unit`: what values are, nanoseconds or bytes. */
export type Chart = { readonly unit: 'time' | 'size'; readonly bars: readonly Bar[] }

/** The figures that were measured as bars: the median, and the middle half of the rounds. */
export const barsOf = (figures: readonly Figure[]): Bar[] =>
  figures
    .filter(({ values }) => values.length > 0)
    .map(({ name, values }, at) => ({
      name,
      value: median(values),
      low: values.length > 2 ? quantile(values, 0.25) : best(values),
      high: quantile(values, 0.75),
      tone: at === 0 || /^wippy\b/.test(name) ? 'ours' : undefined,
    }))

/** How many times as fast `a` is as `b`: the median over rounds, each compared with its neighbour in time. NaN when one is missing. */
export const speedOf = (a: Figure | undefined, b: Figure | undefined): number => {
  if (!a || !b) return Number.NaN
  const rounds = Math.min(a.values.length, b.values.length)
  return median(Array.from({ length: rounds }, (_, round) => b.values[round]! / a.values[round]!))
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
