// What is known at one place of the code: of variables that are assigned or were tested, and of fields of them.
//
// A fact's key is a variable's key, or that with names of fields behind it: `7`, `7.user.name`.

import type { Variable } from './binding.ts'
import { any, joined, type Type } from './type.ts'

/** Two variables that one call gave: when the error is nil, the value is not, and the other way round. */
export type Pair = { readonly value: Variable; readonly error: Variable }

const FACTS = 2000
const PAIRS = 200

export class Flow {
  facts: Map<string, Type>
  pairs: readonly Pair[]
  /** Whether the place is never reached. */
  isDead: boolean

  constructor(from?: Flow) {
    this.facts = new Map(from?.facts)
    this.pairs = from?.pairs ?? []
    this.isDead = from?.isDead ?? false
  }

  know(key: string, type: Type): void {
    if (this.facts.size < FACTS || this.facts.has(key)) this.facts.set(key, type)
    else this.facts.delete(key)
  }

  /** Forgets what is known of a variable or a field, and of all fields of it. */
  forget(key: string): void {
    this.facts.delete(key)
    const within = `${key}.`
    for (const known of this.facts.keys()) if (known.startsWith(within)) this.facts.delete(known)
    if (this.pairs.some((pair) => pair.value.key === key || pair.error.key === key)) {
      this.pairs = this.pairs.filter((pair) => pair.value.key !== key && pair.error.key !== key)
    }
  }

  pair(value: Variable, error: Variable): void {
    if (this.pairs.length < PAIRS) this.pairs = [...this.pairs, { value, error }]
  }

  /** Forgets what a loop may have changed when its body runs again. */
  enter(variables: Iterable<Variable>, fields: ReadonlySet<string>): void {
    for (const { key } of variables) this.forget(key)
    for (const key of this.facts.keys()) {
      if (key.includes('.') && fields.has(key.slice(key.lastIndexOf('.') + 1))) this.facts.delete(key)
    }
  }

  /** Nothing but what always holds. */
  clear(): void {
    this.facts.clear()
    this.pairs = []
    this.isDead = false
  }

  take(other: Flow): void {
    this.facts = other.facts
    this.pairs = other.pairs
    this.isDead = other.isDead
  }

  /** What holds where both ways have met. A fact of one way only is none. */
  static meet(a: Flow, b: Flow): Flow {
    if (a.isDead) return b
    if (b.isDead) return a
    const met = new Flow()
    for (const [key, type] of a.facts) {
      const other = b.facts.get(key)
      if (other)
        met.facts.set(
          key,
          type === other ? type : key.includes('.') && (type.kind === 'nil' || other.kind === 'nil') ? any : joined(type, other),
        )
    }
    met.pairs = a.pairs === b.pairs ? a.pairs : a.pairs.filter((pair) => b.pairs.includes(pair))
    return met
  }
}
