// Entries as people read them: YAML, and what differs between two, line by line.

import { diff } from 'node:util'
import { stringify } from 'yaml'
import type { Entry } from './entry.ts'
import { getAt, splitPath } from './path.ts'

const MOST_LINES = 2000 // of one entry, for a comparison line by line

/** An entry as it would stand in a file, with its whole id. */
export const entryText = ({ id, kind, meta, data }: Entry): string => stringify({ id, kind, meta, data }, { lineWidth: 0 })

/** What lies at `meta.title`, `data.source`, or `source` for data; undefined when nothing does. */
export const fieldOf = (entry: Entry, path: string): unknown => {
  if (path === 'kind') return entry.kind
  if (path === 'meta' || path === 'data') return entry[path]
  const parts = splitPath(path)
  return parts ? getAt(entry, parts) : undefined
}

/** How one entry became another, each line behind its sign; null stands for none. */
export const differenceText = (id: string, before: Entry | null, after: Entry | null): string => {
  const [from, to] = [before, after].map((entry) => (entry ? entryText(entry).trimEnd().split('\n') : []))
  const whole = from!.length > MOST_LINES || to!.length > MOST_LINES
  const steps: [number, string][] = whole
    ? [...from!.map((line): [number, string] => [1, line]), ...to!.map((line): [number, string] => [-1, line])]
    : diff(from!, to!).map(([step, line]) => [step, line])
  const shown = steps.map(([step, line]) => `${step === 1 ? '-' : step === -1 ? '+' : ' '} ${line}`)
  return [`${before ? (after ? 'changed' : 'deleted') : 'created'} ${id}`, ...shown].join('\n')
}
