// When a run is checkpointed, and what its last checkpoint is made of.

import type { DurableBody } from '../kernel/body.ts'
import { type Mark, take } from './checkpoint.ts'
import type { Effects } from './engine.ts'
import type { Ledger } from './ledger.ts'
import type { Surroundings } from './surroundings.ts'

/** What has been done since the run began. `stale`: pieces of a checkpoint that is of no use to it. */
type Done = { readonly steps: number; readonly fuel: number; readonly pieces: ReadonlySet<string>; readonly stale: readonly string[] }

export class Marks {
  readonly #around: Pick<Surroundings, 'checkpoints' | 'runtime'>
  #pieces: ReadonlySet<string>
  #stale: readonly string[]
  #steps: number
  #fuel: number
  #since = { records: 0, bytes: 0 }

  constructor({ steps, fuel, pieces, stale }: Done, around: Pick<Surroundings, 'checkpoints' | 'runtime'>) {
    this.#around = around
    this.#pieces = pieces
    this.#stale = stale
    this.#steps = steps
    this.#fuel = fuel
  }

  /** The pages of its checkpoints, of no use to what has ended. */
  get useless(): Effects['pages'] {
    return { put: [], drop: [...this.#pieces, ...this.#stale] }
  }

  /** Counts a step. */
  stepped(fuel: number): void {
    this.#steps++
    this.#fuel += fuel
  }

  /** A checkpoint with record `seq`, which has so many bytes, when enough has happened since the last one; else null. */
  take(seq: number, bytes: number, body: DurableBody, ledger: Ledger): { readonly mark: Mark; readonly pages: Effects['pages'] } | null {
    const { everyRecords, everyBytes } = this.#around.checkpoints
    this.#since = { records: this.#since.records + 1, bytes: this.#since.bytes + bytes }
    if (this.#since.records < everyRecords && this.#since.bytes < everyBytes) return null
    this.#since = { records: 0, bytes: 0 }
    const at = { seq, runtime: this.#around.runtime, ledger, steps: this.#steps, fuel: this.#fuel }
    const { mark, pages, names } = take(body.image(), at, this.#pieces)
    const drop = [...pages.drop, ...this.#stale.filter((name) => !names.has(name))]
    this.#pieces = names
    this.#stale = []
    return { mark, pages: { put: pages.put, drop } }
  }
}
