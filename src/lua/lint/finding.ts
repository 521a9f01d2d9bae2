// What is found in a chunk, and who finds it.

import type { Chunk } from '../ast.ts'
import type { Bindings } from './bindings.ts'

/** Offsets in the text. */
export type Stretch = { readonly start: number; readonly end: number }

export type Severity = 'error' | 'warning' | 'hint'

/** What a rule says of one stretch of the text. */
export type Remark = Stretch & { readonly message: string; readonly hint?: string }

export type Finding = Remark & {
  readonly code: string
  /** The name of the rule, where one has found it. */
  readonly rule: string | null
  readonly severity: Severity
}

/** What rules look at. */
export type Read = { readonly chunk: Chunk; readonly bindings: Bindings }

export type Rule = {
  readonly code: string
  readonly name: string
  readonly severity: Severity
  /** Whatever it has to say of a chunk, in any order. */
  find(read: Read): Iterable<Remark>
}
