// Where a node keeps its state. Nothing is made and no lock is taken before something has to be kept; what is stored is taken over at once.
//
// Who uses it asks for what it needs: `existing` to read on from what is there, `owned` to write.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WippyError } from '../error.ts'
import type { Environment } from './environment.ts'
import { checkReadable } from './fault.ts'

/** Loads packages. lmdb makes code from a string while it loads: where that is forbidden, whoever forbids it gives a loader that allows it. */
export type Loader = <T>(load: () => Promise<T>) => Promise<T>

export class StateFolder {
  readonly path: string
  readonly #load: Loader
  readonly #readOnly: boolean
  #owned: Promise<Environment> | null = null
  #existing: Promise<Environment | null> | null = null
  #refusal: WippyError | null = null

  /** `path` is absolute. `readOnly`: what is stored is not taken over, and nothing can be written. */
  constructor(
    path: string,
    { load = (load) => load(), readOnly = false }: { readonly load?: Loader | undefined; readonly readOnly?: boolean } = {},
  ) {
    this.path = path
    this.#load = load
    this.#readOnly = readOnly
  }

  /**
   * What is stored here, once and for all: null when nothing was, and for reading only when another process owns it. Throws STATE_UNREADABLE when
   * that cannot be known.
   */
  async existing(): Promise<Environment | null> {
    checkReadable(this.path)
    this.#existing ??= existsSync(join(this.path, 'state.lmdb')) ? this.#takeOver() : Promise.resolve(null)
    return await this.#existing
  }

  /** The state, made when it is missing, this process its owner. Throws STATE_OWNED when another one is, or was when this one first looked. */
  async owned(): Promise<Environment> {
    if (this.#refusal) throw this.#refusal
    this.#owned ??= this.#open()
    try {
      return await this.#owned
    } catch (error) {
      this.#owned = null // the reason may go away
      throw error
    }
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    const [owned, existing] = await Promise.allSettled([this.#owned, this.#existing])
    for (const { value } of [owned, existing].filter((one) => one.status === 'fulfilled')) await value?.close()
  }

  async #open(readOnly = false): Promise<Environment> {
    const { Environment } = await this.#load(() => import('./environment.ts'))
    return new Environment(this.path, { readOnly })
  }

  async #takeOver(): Promise<Environment> {
    if (this.#readOnly) return this.#open(true)
    try {
      this.#owned ??= this.#open()
      return await this.#owned
    } catch (error) {
      this.#owned = null
      if (!(error instanceof WippyError) || error.code !== 'STATE_OWNED') throw error
      this.#refusal = error
      return this.#open(true)
    }
  }
}
