// Folders of stores that are open: one environment for each, however many use it. A store whose entry changes is opened again before the one
// before is closed.

import { Environment } from '../lmdb/environment.ts'

type Shared = { readonly environment: Environment; users: number }
export type Lease = { readonly environment: Environment; readonly release: () => Promise<void> }

export class Folders {
  readonly #open = new Map<string, Shared>()

  /** Throws as Environment. */
  open(path: string): Lease {
    const shared = this.#open.get(path) ?? { environment: new Environment(path), users: 0 }
    this.#open.set(path, shared)
    shared.users++
    return {
      environment: shared.environment,
      release: async () => {
        if (--shared.users > 0) return
        this.#open.delete(path)
        await shared.environment.close()
      },
    }
  }
}
