// From the entries that files hold to those a system runs on: override → disable → link, and override again, what linking has put there.

import type { WippyError } from '../error.ts'
import { type Disable, withoutDisabled } from './disable.ts'
import type { Entry } from './entry.ts'
import { link } from './link.ts'
import type { ModuleSource } from './module-folder.ts'
import { applyOverrides, type Override } from './override.ts'

export type Sources = {
  /** What file names are shown relative to. */
  readonly root: string
  readonly src: readonly string[]
  /** Modules read from a directory; their entries carry `meta.module`. */
  readonly replacements: readonly ModuleSource[]
  readonly override: readonly Override[]
  readonly disable: Disable
  /** Absolute folder in which files that are not small are kept as they were parsed; not given, they are parsed each time. */
  readonly state?: string
}

export type Baseline = {
  readonly entries: readonly Entry[]
  readonly problems: readonly WippyError[]
  readonly warnings: readonly WippyError[]
}

/** Never throws: everything that is wrong is a problem, and what is right is there. */
export const refine = (entries: readonly Entry[], { override, disable }: Pick<Sources, 'override' | 'disable'>): Baseline => {
  const overridden = applyOverrides(entries, override)
  const linked = link(withoutDisabled(overridden.entries, disable))
  const left = new Set(linked.entries.map(({ id }) => id))
  const again = applyOverrides(
    linked.entries,
    override.filter(({ id }) => left.has(id)),
  ) // its problems are those of the first time
  return { entries: again.entries, warnings: linked.warnings, problems: [...overridden.problems, ...linked.problems] }
}
