// Folders of stores that are open: one environment for each, however many use it. A store whose entry changes is opened again before the one
// before is closed.

import { Environment } from '../lmdb/environment.ts'

type Shared = { readonly environment: Environment; users: number }
export type Lease = { readonly environment: Environment; readonly release: () => Promise<void> }

export class Folders {
  readonly #open = new Map<string, Shared>()
  readonly #closing = new Map<string, Promise<void>>()

  /** Throws as Environment. A folder that is being closed is waited for. */
  async open(path: string): Promise<Lease> {
    for (let closing = this.#closing.get(path); closing; closing = this.#closing.get(path)) await closing.catch(() => {})
    const shared = this.#open.get(path) ?? { environment: new Environment(path), users: 0 }
    this.#open.set(path, shared)
    shared.users++
    return { environment: shared.environment, release: () => this.#release(path, shared) }
  }

  async #release(path: string, shared: Shared): Promise<void> {
    if (--shared.users > 0) return
    this.#open.delete(path)
    const closing = shared.environment.close()
    this.#closing.set(path, closing)
    try {
      await closing
    } finally {
      this.#closing.delete(path)
    }
  }
}
