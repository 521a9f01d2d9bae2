// A report as a picture: a panel for each table that can be drawn, bars on a logarithmic axis, whiskers for the middle half of the rounds. What stands
// where is said here, and drawn by svg.ts and png.ts.

import type { Chart } from './figure.ts'
import { type Machine, sizeText, timeText } from './report.ts'

export type Panel = Chart & { readonly title: string }
export type Picture = { readonly title: string; readonly subtitle: string; readonly panels: readonly Panel[]; readonly machine: Machine }

export type Tone = 'paper' | 'ink' | 'soft' | 'line' | 'ours' | 'other' | 'weak'
export type Style = { readonly size: number; readonly bold: boolean; readonly tone: Tone }
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
export type Anchor = 'start' | 'middle' | 'end'

/** What is drawn, in the order in which it is: later marks lie over earlier ones. */
export type Mark =
  | { readonly mark: 'box'; readonly box: Box; readonly tone: Tone }
  | {
      readonly mark: 'line'
      readonly from: readonly [number, number]
      readonly to: readonly [number, number]
      readonly kind: 'grid' | 'whisker'
    }
  | {
      readonly mark: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly style: keyof typeof styles
      readonly anchor: Anchor
      /** It is made as narrow as this when it is wider. */
      readonly room?: number
    }
export type Drawing = { readonly width: number; readonly height: number; readonly title: string; readonly marks: readonly Mark[] }

export const ROUNDING = 3 // radius of the corners of a box
export const lines = { grid: { tone: 'line', width: 1, opacity: 1 }, whisker: { tone: 'ink', width: 1.5, opacity: 0.55 } } as const
export const colours: Readonly<Record<'light' | 'dark', Readonly<Record<Tone, string>>>> = {
  light: { paper: '#fdfdfb', ink: '#1c1e21', soft: '#5f6670', line: '#e3e5e1', ours: '#0b7a75', other: '#9aa3ad', weak: '#d3d8dd' },
  dark: { paper: '#15171a', ink: '#eceef0', soft: '#9aa3ad', line: '#2b2f35', ours: '#37c2b4', other: '#6d7681', weak: '#3d444c' },
}
export const styles = {
  title: { size: 30, bold: true, tone: 'ink' },
  subtitle: { size: 15, bold: false, tone: 'soft' },
  panel: { size: 17, bold: true, tone: 'ink' },
  plain: { size: 14, bold: false, tone: 'ink' },
  ours: { size: 14, bold: true, tone: 'ours' },
  tick: { size: 12, bold: false, tone: 'soft' },
  note: { size: 13, bold: false, tone: 'soft' },
} as const satisfies Readonly<Record<string, Style>>

const [WIDTH, MARGIN, GAP] = [1200, 48, 56]
const PANEL = (WIDTH - 2 * MARGIN - GAP) / 2
const VALUES = 78 // room behind the bars
const [NAMES_LEAST, NAMES_MOST, LETTER] = [120, 250, 7.7] // room before them, and what a letter takes of it
const [ROW, BAR, HEAD, AXIS] = [30, 16, 46, 40]
const TICK = 50 // what the words below a line of the axis take
const [TOP, FOOT] = [132, 92]

type Placed = { readonly anchor?: Anchor; readonly room?: number }
const text = (x: number, y: number, style: keyof typeof styles, text: string, { anchor = 'start', room }: Placed = {}): Mark => ({
  mark: 'text',
  ...{ x, y, text, style, anchor },
  ...(room !== undefined && { room }),
})
const box = (box: Box, tone: Tone): Mark => ({ mark: 'box', box, tone })

const textOf = ({ unit }: Chart, value: number): string => (unit === 'time' ? timeText(value) : sizeText(value))

/** Ends of the axis: powers of ten (of time) or of 32 (of sizes) around all values. */
const rangeOf = ({ unit, bars }: Chart): { readonly base: number; readonly first: number; readonly last: number } => {
  const base = unit === 'time' ? 10 : 32
  const power = (value: number): number => Math.log(value) / Math.log(base)
  const first = Math.floor(power(Math.min(...bars.map(({ low, value }) => Math.min(low, value)))) - 0.05)
  return {
    base,
    first,
    last: Math.max(first + 1, Math.ceil(power(Math.max(...bars.map(({ high, value }) => Math.max(high, value)))) + 0.02)),
  }
}

const tickText = ({ unit }: Chart, value: number): string =>
  (unit === 'time' ? timeText(value) : sizeText(value)).replace(/\.0+(?=\s)/, '').replace(/(\.\d*?)0+(?=\s)/, '$1')

const panelMarks = (panel: Panel, left: number, top: number): readonly Mark[] => {
  const { base, first, last } = rangeOf(panel)
  const names = roomOf(panel)
  const track = PANEL - names - VALUES
  const [start, foot] = [left + names, top + HEAD + panel.bars.length * ROW]
  const at = (value: number): number => start + ((Math.log(value) / Math.log(base) - first) / (last - first)) * track
  const step = Math.ceil(TICK / (track / (last - first)))
  const ticks: Mark[] = []
  for (let power = first; power <= last; power += step) {
    const x = at(base ** power)
    ticks.push(
      { mark: 'line', from: [x, top + HEAD - 8], to: [x, foot], kind: 'grid' },
      text(x, foot + 18, 'tick', tickText(panel, base ** power), { anchor: 'middle' }),
    )
  }
  const rows = panel.bars.flatMap(({ name, value, low, high, tone }, row): readonly Mark[] => {
    const middle = top + HEAD + row * ROW + ROW / 2 - 2
    const style = tone === 'ours' ? 'ours' : 'plain'
    return [
      text(start - 12, middle + 5, style, name, { anchor: 'end', room: names - 12 }),
      box({ x: start, y: middle - BAR / 2, width: Math.max(2, at(value) - start), height: BAR }, tone ?? 'other'),
      ...(high > low
        ? [{ mark: 'line', from: [at(Math.max(low, base ** first)), middle], to: [at(high), middle], kind: 'whisker' } as const]
        : []),
      text(Math.max(at(value), at(high)) + 10, middle + 5, style, textOf(panel, value)),
    ]
  })
  return [text(left, top + 18, 'panel', panel.title, { room: PANEL }), ...ticks, ...rows]
}

/** What the longest name takes. */
const roomOf = ({ bars }: Panel): number =>
  Math.min(NAMES_MOST, Math.max(NAMES_LEAST, ...bars.map(({ name }) => name.length * LETTER + 12)))

const heightOf = ({ bars }: Panel): number => HEAD + bars.length * ROW + AXIS

const LEGEND: readonly (readonly [left: number, tone: Tone, words: string])[] = [
  [0, 'ours', 'wippy'],
  [86, 'other', 'keeps programs apart'],
  [262, 'weak', 'does not'],
]
const legend = (y: number): readonly Mark[] =>
  LEGEND.flatMap(([left, tone, words]) => [
    box({ x: MARGIN + left, y: y - 11, width: 14, height: 12 }, tone),
    text(MARGIN + left + 22, y, 'note', words),
  ])

/** The picture as what is drawn. Panels stand in two columns, in order. */
export const drawingOf = ({ title, subtitle, panels, machine }: Picture): Drawing => {
  let top = TOP
  const drawn: Mark[] = []
  for (let row = 0; row < panels.length; row += 2) {
    const pair = panels.slice(row, row + 2)
    for (const [column, panel] of pair.entries()) drawn.push(...panelMarks(panel, MARGIN + column * (PANEL + GAP), top))
    top += Math.max(...pair.map(heightOf)) + 26
  }
  const height = top + FOOT
  const hasWeak = panels.some(({ bars }) => bars.some(({ tone }) => tone === 'weak'))
  const { processor, system, node, load } = machine
  const marks = [
    text(MARGIN, 62, 'title', title),
    text(MARGIN, 90, 'subtitle', subtitle, { room: WIDTH - 2 * MARGIN }),
    ...drawn,
    ...(hasWeak ? legend(height - FOOT + 24) : []),
    text(MARGIN, height - 40, 'note', READING),
    text(MARGIN, height - 18, 'note', `${processor}; ${system}; Node ${node}; load ${load}`, { room: WIDTH - 2 * MARGIN }),
  ]
  return { width: WIDTH, height, title, marks }
}

const READING =
  'Medians; the whisker is the middle half of all rounds. The axes are logarithmic: each step is that many times the one before.'
