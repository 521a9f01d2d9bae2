// What is counted and measured, by name and labels; read by who collects it, in the text form of Prometheus.
//
//   M1 A name is one kind of thing for good: a counter only grows, a gauge is what it was set to last, a histogram counts by size.
//   M2 There are at most 10,000 series (a name with its labels); one more is refused, and those that are there go on.

import { Kind, WippyError } from '../error.ts'

export type Labels = Readonly<Record<string, string>>
type Type = 'counter' | 'gauge' | 'histogram'

const MOST_SERIES = 10_000
const MOST_LABELS = 16
const LONGEST = 256
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Series = { readonly labels: Labels; value: number; sum: number; readonly buckets: number[] }
type Family = { readonly type: Type; readonly series: Map<string, Series> }

const invalid = (message: string): WippyError => new WippyError('METRICS_ARGUMENT', Kind.Invalid, message, { retryable: false })

const identifier = (name: string): string => name.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/^(?=\d)/, '_')
const quoted = (value: string): string => value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')

const labelled = (name: string, labels: readonly (readonly [string, string])[]): string =>
  labels.length === 0
    ? name
    : `${name}{${labels.map(([key, value]) => `${identifier(key).replaceAll(':', '_')}="${quoted(value)}"`).join(',')}}`

export class Meters {
  readonly #families = new Map<string, Family>()
  #count = 0

  /** Throws METRICS_ARGUMENT, METRICS_FULL. */
  count(name: string, by: number, labels: Labels = {}): void {
    if (!(by >= 0)) throw invalid('a counter only grows')
    this.#series(name, 'counter', labels).value += by
  }

  /** Throws as `count`. */
  set(name: string, value: number, labels: Labels = {}): void {
    this.#series(name, 'gauge', labels).value = value
  }

  /** Throws as `count`. */
  shift(name: string, by: number, labels: Labels = {}): void {
    this.#series(name, 'gauge', labels).value += by
  }

  /** Throws as `count`. */
  observe(name: string, value: number, labels: Labels = {}): void {
    const series = this.#series(name, 'histogram', labels)
    series.value++
    series.sum += value
    for (const [at, bound] of BUCKETS.entries()) if (value <= bound) series.buckets[at]!++
  }

  /** Everything, as it is now. */
  *families(): Generator<{ name: string; type: Type; bounds: readonly number[]; series: Iterable<Readonly<Series>> }> {
    for (const [name, { type, series }] of this.#families) yield { name, type, bounds: BUCKETS, series: series.values() }
  }

  /** Everything, in the text form of Prometheus (version 0.0.4). */
  get text(): string {
    const lines: string[] = []
    for (const [name, { type, series }] of this.#families) {
      const shown = identifier(name)
      lines.push(`# TYPE ${shown} ${type}`)
      for (const { labels, value, sum, buckets } of series.values()) {
        const pairs = Object.entries(labels)
        if (type !== 'histogram') {
          lines.push(`${labelled(shown, pairs)} ${value}`)
          continue
        }
        for (const [at, bound] of BUCKETS.entries())
          lines.push(`${labelled(`${shown}_bucket`, [...pairs, ['le', String(bound)]])} ${buckets[at]}`)
        lines.push(`${labelled(`${shown}_bucket`, [...pairs, ['le', '+Inf']])} ${value}`)
        lines.push(`${labelled(`${shown}_sum`, pairs)} ${sum}`, `${labelled(`${shown}_count`, pairs)} ${value}`)
      }
    }
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`
  }

  #series(name: string, type: Type, labels: Labels): Series {
    if (name === '' || name.length > LONGEST) throw invalid('a name is text of at most 256 characters')
    const family = this.#families.get(name)
    if (family && family.type !== type) throw invalid(`"${name}" is a ${family.type}`)
    const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
    if (pairs.length > MOST_LABELS || pairs.some((pair) => pair.some((text) => text.length > LONGEST))) {
      throw invalid(`there are at most ${MOST_LABELS} labels, of at most ${LONGEST} characters`)
    }
    const key = JSON.stringify(pairs)
    const known = family?.series.get(key)
    if (known) return known
    if (this.#count >= MOST_SERIES) {
      throw new WippyError(
        'METRICS_FULL',
        Kind.Internal,
        `there are ${MOST_SERIES} series already: labels with many values are no labels`,
        {
          retryable: false,
        },
      )
    }
    this.#count++
    const series: Series = { labels: Object.fromEntries(pairs), value: 0, sum: 0, buckets: BUCKETS.map(() => 0) }
    if (family) family.series.set(key, series)
    else this.#families.set(name, { type, series: new Map([[key, series]]) })
    return series
  }
}
