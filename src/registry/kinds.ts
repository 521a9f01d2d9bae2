// Kinds and who acts on them: the part of the system an entry brings to life.
//
// A change goes through every handler of its kind, in dependency order, in two rounds:
//   prepare   before anything is written. May refuse by throwing; must leave nothing anybody can see.
//   commit    after the change is durable and readable. Must not fail: what it throws is reported, and the change stands.
//   discard   instead of commit, newest first, when a later change of the same set was refused or could not be written.
// A handler never waits for a change of its own making: applies are one after another.

import { Kind, type WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { blame } from './blame.ts'
import type { Change, State } from './change.ts'
import { matches } from './glob.ts'

export type Handler = {
  /** Kinds it acts on; `*` is a wildcard: `function.*`. */
  readonly kinds: string | readonly string[]
  /** `after` is the state as it would be. */
  prepare?(change: Change, after: State): void | Promise<void>
  commit?(change: Change, after: State): void | Promise<void>
  discard?(change: Change): void | Promise<void>
}

/** Kept as they are: data for others to read, nobody acts on them. */
const INTERNAL = ['registry.entry', 'ns.definition', 'ns.requirement', 'ns.dependency']

const patternsOf = (handler: Handler): readonly string[] => (typeof handler.kinds === 'string' ? [handler.kinds] : handler.kinds)

export class Kinds {
  readonly #handlers: Handler[] = []

  /** Adds a handler; several may share a kind. The returned function takes it away again. */
  add(handler: Handler): () => void {
    this.#handlers.push(handler)
    return () => {
      const at = this.#handlers.indexOf(handler)
      if (at >= 0) this.#handlers.splice(at, 1)
    }
  }

  for(kind: string): readonly Handler[] {
    return this.#handlers.filter((handler) => patternsOf(handler).some((pattern) => matches(pattern, kind)))
  }

  knows(kind: string): boolean {
    return INTERNAL.includes(kind) || this.for(kind).length > 0
  }

  /** The error for a change whose kind nobody knows. */
  unknown(change: Change): WippyError {
    const { id, kind } = change.entry
    const known = [...INTERNAL, ...this.#handlers.flatMap(patternsOf)]
    const hint = didYouMean(kind, known, 'Use registry.entry for plain data.')
    return blame(change.entry, 'kind', {
      code: 'KIND_UNKNOWN',
      kind: Kind.Invalid,
      message: `"${id}" is of kind "${kind}", which nothing here handles`,
      hint,
    })
  }
}
