// What a benchmark found out: tables for people, data for programs, and how it stands with its targets.

import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import { best, type Figure, median, speedOf, spread } from './figure.ts'

export type Table = { readonly title: string; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
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

/** `2.4×`, or a dash when there is nothing to compare. */
export const timesText = (ratio: number): string => (Number.isFinite(ratio) ? `${digits(ratio)}×` : '-')

/** Times of contenders; the last column compares the first of them with each other. `unit`: what one unit of work is. */
export const timeTable = (title: string, unit: string, figures: readonly Figure[]): Table => {
  const [ours] = figures
  return {
    title,
    columns: ['contender', `time per ${unit}`, 'best round', 'spread', 'per second', `${ours?.name} is … as fast`],
    rows: figures.map(({ name, values, problem }, i) =>
      problem === undefined
        ? [
            name,
            timeText(median(values)),
            timeText(best(values)),
            `±${(spread(values) * 100).toFixed(0)} %`,
            Math.round(1e9 / median(values)).toLocaleString('en'),
            i === 0 ? '' : timesText(speedOf(ours, figures[i])),
          ]
        : [name, '-', '-', '-', '-', problem],
    ),
  }
}

export const atLeast = (name: string, value: number, bound: number): Target => ({
  name,
  goal: `≥ ${bound}×`,
  value,
  met: value >= bound,
})

export const atMost = (name: string, value: number, bound: number): Target => ({ name, goal: `≤ ${bound}×`, value, met: value <= bound })

const tableText = ({ title, columns, rows }: Table): string => {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ')}`.trimEnd()
  return [title, line(columns), ...rows.map(line), ''].join('\n')
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

/** Writes `results/NAME.json`; returns the same as an object. */
export const saveReport = (name: string, report: Report, about: object): object => {
  const { targets, data, notes } = report
  const result = { name, date: new Date().toISOString(), ...about, targets, notes, ...data }
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  return result
}
