// What a benchmark found out: tables for people, data for programs, and how it stands with its targets.

import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { barsOf, best, type Chart, type Figure, median, speedOf, spread } from './figure.ts'

export type Table = {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The same as a chart, when it can be drawn. */
  readonly chart?: Chart
  /** What could not be measured, and why. */
  readonly problems?: readonly string[]
}
export type Target = { readonly name: string; readonly goal: string; readonly value: number; readonly met: boolean }
export type Report = {
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
  readonly data: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}
export type Machine = Readonly<Record<'processor' | 'system' | 'node' | 'load', string>>

export const machine = (): Machine => ({
  processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  system: `${platform()} ${arch()}`,
  node: `${process.version}, V8 ${process.versions.v8}`,
  load: loadavg()
    .map((load) => load.toFixed(1))
    .join(' '),
})

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

/** A time in the unit that suits it. */
export const timeText = (ns: number): string => {
  if (!Number.isFinite(ns)) return '-'
  if (ns < 1e3) return `${digits(ns)} ns`
  if (ns < 1e6) return `${digits(ns / 1e3)} µs`
  return ns < 1e9 ? `${digits(ns / 1e6)} ms` : `${digits(ns / 1e9)} s`
}

/** A size in the unit that suits it. */
export const sizeText = (bytes: number): string => {
  if (!Number.isFinite(bytes)) return '-'
  if (Math.abs(bytes) < 1024) return `${bytes.toFixed(0)} B`
  return Math.abs(bytes) < 2 ** 20 ? `${digits(bytes / 1024)} KiB` : `${digits(bytes / 2 ** 20)} MiB`
}

export const countText = (count: number): string => Math.round(count).toLocaleString('en')

/** `2.4×`, or a dash when there is nothing to compare. */
export const timesText = (ratio: number): string => (Number.isFinite(ratio) ? `${digits(ratio)}×` : '-')

export const problemsOf = (figures: readonly Figure[]): string[] =>
  figures.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]))

/** Times of contenders; the last column compares the first of them with each other. `unit`: what one unit of work is. */
export const timeTable = (title: string, unit: string, figures: readonly Figure[]): Table => {
  const [ours] = figures
  const measured = figures.filter(({ values }) => values.length > 0)
  return {
    title,
    columns: ['contender', `per ${unit}`, 'best round', 'spread', 'per second', `${ours?.name.split(',')[0]} is`],
    rows: measured.map((figure) => [
      figure.name,
      timeText(median(figure.values)),
      timeText(best(figure.values)),
      `±${(spread(figure.values) * 100).toFixed(0)} %`,
      countText(1e9 / median(figure.values)),
      figure === ours ? '' : `${timesText(speedOf(ours, figure))} as fast`,
    ]),
    chart: { unit: 'time', bars: barsOf(figures) },
    problems: problemsOf(figures),
  }
}

export const atLeast = (name: string, value: number, bound: number): Target => ({
  name,
  goal: `≥ ${bound}×`,
  value,
  met: value >= bound,
})

export const atMost = (name: string, value: number, bound: number): Target => ({ name, goal: `≤ ${bound}×`, value, met: value <= bound })

const tableText = ({ title, columns, rows, problems = [] }: Table): string => {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ')}`.trimEnd()
  return [title, line(columns), ...rows.map(line), ...problems.map((problem) => `  not measured: ${problem}`), ''].join('\n')
}

const targetText = ({ name, goal, value, met }: Target): string =>
  `  ${Number.isFinite(value) ? (met ? 'met   ' : 'MISSED') : '?     '} ${name}: ${timesText(value)} (${goal})`

/** The whole report as text. */
export const reportText = ({ tables, targets, notes }: Report): string =>
  [
    ...tables.map(tableText),
    ...(targets.length > 0 ? ['targets', ...targets.map(targetText), ''] : []),
    ...notes.map((note) => `note: ${note}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n')

/** A report as an object for programs. */
export const reportData = (name: string, report: Report, about: object): object => {
  const { targets, data, notes } = report
  return { name, date: new Date().toISOString(), ...about, targets, notes, ...data }
}
