// What one process does, step by step, for somebody who wants to see it. A process that nobody watches pays one comparison a step.

import type { Verdict } from './body.ts'
import type { Frames } from './frame.ts'
import type { Process } from './process.ts'

/** A step: what was handed in and what it wants, both in place and valid only while they are looked at. */
export type Traced = {
  readonly process: Process
  readonly inbox: Frames
  readonly outbox: Frames
  readonly spent: number
  readonly verdict: Verdict
}

/** Told of each step before what it wants is done. Must not throw. */
export type Tracer = (step: Traced) => void
