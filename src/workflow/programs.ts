// The programs workflows run, stored once each, until no workflow names them any more.
//
//   P1 A program that a head names is stored. Who is about to write a head that names one holds it meanwhile; what was held at any time
//      while the heads were looked through is not removed.

import { createHash } from 'node:crypto'
import type { Engine } from './engine.ts'

const AT_ONCE = 100

/** A program as it is stored; `hash` is its name. */
export type StoredProgram = { readonly hash: string; readonly bytes: Uint8Array }

/** The name of a program. */
export const programHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

export class Programs {
  readonly #engine: Engine
  readonly #held = new Map<string, number>()
  #heldSince: Set<string> | null = null // of a sweep under way

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Stores a program and keeps it stored until `work`, which makes a head name it, is done. */
  async during<T>({ hash, bytes }: StoredProgram, work: () => Promise<T>): Promise<T> {
    this.#held.set(hash, (this.#held.get(hash) ?? 0) + 1)
    this.#heldSince?.add(hash)
    try {
      await this.#engine.putCode(hash, bytes)
      return await work()
    } finally {
      const left = this.#held.get(hash)! - 1
      if (left > 0) this.#held.set(hash, left)
      else this.#held.delete(hash)
    }
  }

  /** Removes what nobody names. `named` looks through all heads. */
  async sweep(named: () => Promise<ReadonlySet<string>>): Promise<void> {
    const held = new Set(this.#held.keys())
    this.#heldSince = held
    try {
      const kept = await named()
      for (let after = ''; ; ) {
        const hashes = await this.#engine.codes(after, AT_ONCE)
        for (const hash of hashes) if (!kept.has(hash) && !held.has(hash)) await this.#engine.removeCode(hash)
        const last = hashes.at(-1)
        if (last === undefined) return
        after = last
      }
    } finally {
      this.#heldSince = null
    }
  }
}
