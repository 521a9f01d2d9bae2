// What can be called by id and is not Lua: kinds of entries whose calls somebody else answers.

import type { Pid } from '../pid.ts'
import type { Entry } from '../registry/entry.ts'
import type { Reply } from '../request.ts'

/** For whom something is called, and until when anybody waits for it. */
export type CalledBy = { readonly by: Pid; readonly gone?: AbortSignal }

/** Calls an entry; `args` is a msgpack array. Never rejects. */
export type Callee = (entry: Entry, args: Uint8Array, called: CalledBy) => Promise<Reply>

export class Callees {
  readonly #byKind = new Map<string, Callee>()

  add(kind: string, callee: Callee): void {
    this.#byKind.set(kind, callee)
  }

  for(kind: string): Callee | undefined {
    return this.#byKind.get(kind)
  }
}
