// A report as a picture: a panel for each table that can be drawn, bars on a logarithmic axis, whiskers for the middle half of the rounds. SVG that
// follows the reader's choice of light or dark, and needs nothing but a browser.

import type { Chart } from './figure.ts'
import { type Machine, sizeText, timeText } from './report.ts'

export type Panel = Chart & { readonly title: string }
export type Picture = { readonly title: string; readonly subtitle: string; readonly panels: readonly Panel[]; readonly machine: Machine }

const [WIDTH, MARGIN, GAP] = [1200, 48, 56]
const PANEL = (WIDTH - 2 * MARGIN - GAP) / 2
const VALUES = 78 // room behind the bars
const [NAMES_LEAST, NAMES_MOST, LETTER] = [120, 250, 7.7] // room before them, and what a letter takes of it
const [ROW, BAR, HEAD, AXIS] = [30, 16, 46, 40]
const [TOP, FOOT] = [132, 92]

const STYLE = `
svg { --paper: #fdfdfb; --ink: #1c1e21; --soft: #5f6670; --line: #e3e5e1; --ours: #0b7a75; --other: #9aa3ad; --weak: #d3d8dd; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #15171a; --ink: #eceef0; --soft: #9aa3ad; --line: #2b2f35; --ours: #37c2b4; --other: #6d7681; --weak: #3d444c; }
}
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
.title { font-size: 30px; font-weight: 650; letter-spacing: -0.4px; }
.subtitle, .note { font-size: 15px; fill: var(--soft); }
.note { font-size: 13px; }
.panel { font-size: 17px; font-weight: 600; }
.name, .value { font-size: 14px; }
.value { font-variant-numeric: tabular-nums; }
.ours { fill: var(--ours); font-weight: 650; }
.tick { font-size: 12px; fill: var(--soft); }
.grid { stroke: var(--line); }
.whisker { stroke: var(--ink); stroke-opacity: 0.55; stroke-width: 1.5; }
.paper { fill: var(--paper); }`

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
const text = (x: number, y: number, kind: string, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${kind}"${more}>${escaped(content)}</text>`
const rect = (box: { x: number; y: number; width: number; height: number }, fill: string): string =>
  `<rect x="${box.x.toFixed(1)}" y="${box.y.toFixed(1)}" width="${box.width.toFixed(1)}" height="${box.height}" rx="3" fill="var(--${fill})"/>`
const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1}" x2="${x2.toFixed(1)}" y2="${y2}" class="${kind}"/>`

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

/** Makes a name that is too long as narrow as its room. */
const fitted = (name: string, room: number): string =>
  name.length * LETTER > room ? ` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : ''

const panelSvg = (panel: Panel, left: number, top: number): string => {
  const { base, first, last } = rangeOf(panel)
  const names = roomOf(panel)
  const track = PANEL - names - VALUES
  const [start, foot] = [left + names, top + HEAD + panel.bars.length * ROW]
  const at = (value: number): number => start + ((Math.log(value) / Math.log(base) - first) / (last - first)) * track
  const step = Math.max(1, Math.ceil((last - first) / 6))
  const ticks: string[] = []
  for (let power = first; power <= last; power += step) {
    const x = at(base ** power)
    ticks.push(
      line(x, top + HEAD - 8, x, foot, 'grid'),
      text(x, foot + 18, 'tick', tickText(panel, base ** power), ' text-anchor="middle"'),
    )
  }
  const rows = panel.bars.map(({ name, value, low, high, tone }, row) => {
    const middle = top + HEAD + row * ROW + ROW / 2 - 2
    const own = tone === 'ours' ? ' ours' : ''
    const whisker = high > low ? line(at(Math.max(low, base ** first)), middle, at(high), middle, 'whisker') : ''
    return [
      text(start - 12, middle + 5, `name${own}`, name, ` text-anchor="end"${fitted(name, names - 12)}`),
      rect({ x: start, y: middle - BAR / 2, width: Math.max(2, at(value) - start), height: BAR }, tone ?? 'other'),
      whisker,
      text(Math.max(at(value), at(high)) + 10, middle + 5, `value${own}`, textOf(panel, value)),
    ].join('')
  })
  return [text(left, top + 18, 'panel', panel.title), ...ticks, ...rows].join('\n')
}

/** What the longest name takes. */
const roomOf = ({ bars }: Panel): number =>
  Math.min(NAMES_MOST, Math.max(NAMES_LEAST, ...bars.map(({ name }) => name.length * LETTER + 12)))

const heightOf = ({ bars }: Panel): number => HEAD + bars.length * ROW + AXIS

const legend = (y: number): string =>
  [
    ['ours', 'wippy'],
    ['other', 'keeps programs apart'],
    ['weak', 'does not'],
  ]
    .map(([tone, words], at) => {
      const x = MARGIN + [0, 86, 262][at]!
      return rect({ x, y: y - 11, width: 14, height: 12 }, tone!) + text(x + 22, y, 'note', words!)
    })
    .join('')

/** The picture as SVG. Panels stand in two columns, in order. */
export const svgOf = ({ title, subtitle, panels, machine }: Picture): string => {
  const rows = Array.from({ length: Math.ceil(panels.length / 2) }, (_, row) => panels.slice(2 * row, 2 * row + 2))
  let top = TOP
  const drawn = rows.map((pair) => {
    const y = top
    top += Math.max(...pair.map(heightOf)) + 26
    return pair.map((panel, column) => panelSvg(panel, MARGIN + column * (PANEL + GAP), y)).join('\n')
  })
  const height = top + FOOT
  const hasWeak = panels.some(({ bars }) => bars.some(({ tone }) => tone === 'weak'))
  const { processor, system, node, load } = machine
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<rect width="${WIDTH}" height="${height}" class="paper"/>
${text(MARGIN, 62, 'title', title)}
${text(MARGIN, 90, 'subtitle', subtitle)}
${drawn.join('\n')}
${hasWeak ? legend(height - FOOT + 24) : ''}
${text(MARGIN, height - 40, 'note', 'Medians; the whisker is the middle half of all rounds. The axes are logarithmic: each step is that many times the one before.')}
${text(MARGIN, height - 18, 'note', `${processor}; ${system}; Node ${node}; load ${load}`)}
</svg>
`
}
