// From directories to the entries a system boots with: load → override → disable → link → check.

import type { WippyError } from '../error.ts'
import { type Disable, withoutDisabled } from './disable.ts'
import { type Entry, makeEntry } from './entry.ts'
import { checkImports } from './imports.ts'
import { link } from './link.ts'
import { applyOverrides, type Override } from './override.ts'
import { gather, type Loaded, load } from './source.ts'

export type Sources = {
  /** What file names are shown relative to. */
  readonly root: string
  readonly src: readonly string[]
  /** Modules read from a directory; their entries carry `meta.module`. */
  readonly replacements: readonly { readonly module: string; readonly path: string }[]
  readonly override: readonly Override[]
  readonly disable: Disable
}

export type Baseline = {
  readonly entries: readonly Entry[]
  readonly problems: readonly WippyError[]
  readonly warnings: readonly WippyError[]
}

const ofModule = (loaded: Loaded, module: string): Loaded => ({
  problems: loaded.problems,
  entries: loaded.entries.map((entry) => ('module' in entry.meta ? entry : makeEntry({ ...entry, meta: { ...entry.meta, module } }))),
})

/** Never throws: everything that is wrong is a problem, and what is right is there. */
export const assemble = ({ root, src, replacements, override, disable }: Sources): Baseline => {
  const loaded = gather([
    ...src.map((directory) => load(directory, { root })),
    ...replacements.map(({ module, path }) => ofModule(load(path, { root, base: path }), module)),
  ])
  const overridden = applyOverrides(loaded.entries, override)
  const linked = link(withoutDisabled(overridden.entries, disable))
  const problems = [...loaded.problems, ...overridden.problems, ...linked.problems, ...checkImports(linked.entries)]
  return { entries: linked.entries, problems, warnings: linked.warnings }
}
