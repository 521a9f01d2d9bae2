// Entries as people read them: YAML, and what differs between two, line by line.

import { diff } from 'node:util'
import { stringify } from 'yaml'
import type { Entry } from './entry.ts'
import { getAt, splitPath } from './path.ts'

const MOST_LINES = 2000 // of one entry, for a comparison line by line
const CONTEXT = 3 // lines around what changed

/** An entry as it would stand in a file, with its whole id. */
export const entryText = ({ id, kind, meta, data }: Entry): string => stringify({ id, kind, meta, data }, { lineWidth: 0 })

/** What lies at `meta.title`, `data.source`, or `source` for data; undefined when nothing does. */
export const fieldOf = (entry: Entry, path: string): unknown => {
  if (path === 'kind') return entry.kind
  if (path === 'meta' || path === 'data') return entry[path]
  const parts = splitPath(path)
  return parts ? getAt(entry, parts) : undefined
}

/** A line of both (0), of the one before (1) or of the one after (-1). */
type Step = readonly [sign: number, line: string]

const stepsBetween = (from: readonly string[], to: readonly string[]): readonly Step[] => {
  if (from.length <= MOST_LINES && to.length <= MOST_LINES) return diff(from, to)
  return [...from.map((line): Step => [1, line]), ...to.map((line): Step => [-1, line])]
}

/** Stretches of steps that changed something, each with the lines around it. */
const stretchesOf = (steps: readonly Step[]): { readonly start: number; readonly end: number }[] => {
  const stretches: { start: number; end: number }[] = []
  for (const [at, [sign]] of steps.entries()) {
    if (sign === 0) continue
    const [start, end] = [Math.max(0, at - CONTEXT), Math.min(steps.length, at + CONTEXT + 1)]
    const last = stretches.at(-1)
    if (last && start <= last.end) last.end = end
    else stretches.push({ start, end })
  }
  return stretches
}

/** How many lines of the text before (1) or after (-1) there are. */
const linesOf = (steps: readonly Step[], side: number): number => steps.filter(([sign]) => sign !== -side).length

const range = (before: number, count: number): string => `${count === 0 ? before : before + 1},${count}`

/** How one entry became another, as a unified difference below a line with its id; null stands for none. */
export const differenceText = (id: string, before: Entry | null, after: Entry | null): string => {
  const [from, to] = [before, after].map((entry) => (entry ? entryText(entry).trimEnd().split('\n') : []))
  const steps = stepsBetween(from!, to!)
  const hunks = stretchesOf(steps).flatMap(({ start, end }) => {
    const [past, shown] = [steps.slice(0, start), steps.slice(start, end)]
    const ranges = [1, -1].map((side) => `${side === 1 ? '-' : '+'}${range(linesOf(past, side), linesOf(shown, side))}`)
    return [`@@ ${ranges.join(' ')} @@`, ...shown.map(([sign, line]) => `${sign === 1 ? '-' : sign === -1 ? '+' : ' '}${line}`)]
  })
  return [`${before ? (after ? 'changed' : 'deleted') : 'created'} ${id}`, ...hunks].join('\n')
}
