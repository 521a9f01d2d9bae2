// From the entries that files hold to those a system runs on: override → disable → link.

import type { WippyError } from '../error.ts'
import { type Disable, withoutDisabled } from './disable.ts'
import type { Entry } from './entry.ts'
import { link } from './link.ts'
import { applyOverrides, type Override } from './override.ts'

export type Sources = {
  /** What file names are shown relative to. */
  readonly root: string
  readonly src: readonly string[]
  /** Modules read from a directory; their entries carry `meta.module`. */
  readonly replacements: readonly { readonly module: string; readonly path: string }[]
  readonly override: readonly Override[]
  readonly disable: Disable
  /** Absolute folder in which large files are kept as they were parsed; not given, they are parsed each time. */
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
  return { ...linked, problems: [...overridden.problems, ...linked.problems] }
}
