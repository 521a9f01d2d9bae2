// The commands an app brings along: process and workflow entries with `meta.command`.

import type { Entry } from '../index.ts'

export type AppCommand = {
  readonly name: string
  readonly short: string
  readonly entry: string
  /** Runs when nothing is named. */
  readonly main: boolean
}

export const commandsIn = (entries: Iterable<Entry>): AppCommand[] => {
  const found: AppCommand[] = []
  for (const { id, kind, meta } of entries) {
    const { name, short, main } = (meta.command ?? {}) as { readonly name?: unknown; readonly short?: unknown; readonly main?: unknown }
    if ((!kind.startsWith('process.') && kind !== 'workflow.lua') || typeof name !== 'string' || name === '') continue
    found.push({ name, short: typeof short === 'string' ? short : '', entry: id, main: main === true })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}
