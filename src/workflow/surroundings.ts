// What one loaded workflow needs of the node it is loaded on.

import type { Delivery } from '../kernel/delivery.ts'
import type { Process } from '../kernel/process.ts'
import type { Dispatch } from './dispatch.ts'
import type { Effects, Engine } from './engine.ts'
import type { Run } from './run.ts'

export type Committed = Pick<Effects, 'timers' | 'mail'> & { readonly ended: boolean }

export type Surroundings = {
  readonly engine: Engine
  /** Names this build of the runtime: checkpoints of another one are of no use. */
  readonly runtime: string
  readonly checkpoints: { readonly everyRecords: number; readonly everyBytes: number }
  readonly delivery: () => Delivery
  readonly nowMs: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly report: (error: unknown) => void
  /** Null when this node's leases hold; else resolves when a claim has said whose they are. */
  readonly sure: () => Promise<void> | null
  /** Releases an ask once more. */
  readonly release: (process: Process, frame: Uint8Array) => void
  readonly dispatch: Dispatch
  /** A step is durable: mail has to be handed on, timers are set, an end is known. `ended`: it does not go on here. */
  readonly committed: (run: Run, effects: Committed) => void
  /** Does it until it is done; null when the node stops before. */
  readonly insist: <T>(work: () => Promise<T>) => Promise<T | null>
  /** Its parent has ended, and it goes with it. */
  readonly orphaned: (run: Run) => void
  /** It has taken too long. */
  readonly timeUp: (run: Run) => void
  /** Somebody else owns the journal. */
  readonly lost: (run: Run) => void
}
