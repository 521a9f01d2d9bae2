// What the parts of a node know of its traces.

import type { Pid } from '../pid.ts'
import type { Parent } from './span.ts'
import type { Beginning, Tracer } from './tracer.ts'

/** Where the first span of a process belongs to, when it was not started by one that is traced. */
export type Trace = Omit<Beginning, 'name'>

export type Tracing = {
  readonly tracer: Tracer
  /** What a process is doing; null when that is in no trace. */
  readonly of: (pid: Pid) => Parent | null
  /** Whether requests are spans, and their headers are read and written. */
  readonly http: { readonly enabled: boolean; readonly extract: boolean; readonly inject: boolean }
  readonly queue: boolean
}
