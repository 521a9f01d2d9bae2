// What is known at one place of the code: of variables that are assigned or were tested, and of fields of them.
//
// A fact's key is a variable's key, or that with names of fields behind it: `7`, `7.user.name`. Ways through the code share their facts until
// one of them learns something.

import type { Loop, Variable } from './binding.ts'
import { any, joined, type Type } from './type.ts'

/** Two variables that one call gave: when the error is nil, the value is not, and the other way round. */
export type Pair = { readonly value: Variable; readonly error: Variable }

const FACTS = 2000
const PAIRS = 200

export class Flow {
  #facts: Map<string, Type>
  #isShared = false
  pairs: readonly Pair[]
  /** Whether the place is never reached. */
  isDead: boolean

  constructor(from?: Flow) {
    this.#facts = from ? from.#facts : new Map()
    if (from) this.#isShared = from.#isShared = true
    this.pairs = from?.pairs ?? []
    this.isDead = from?.isDead ?? false
  }

  get size(): number {
    return this.#facts.size
  }

  fact(key: string): Type | undefined {
    return this.#facts.get(key)
  }

  #own(): Map<string, Type> {
    if (this.#isShared) this.#facts = new Map(this.#facts)
    this.#isShared = false
    return this.#facts
  }

  know(key: string, type: Type): void {
    if (this.#facts.size < FACTS || this.#facts.has(key)) this.#own().set(key, type)
    else this.unknow(key)
  }

  /** Forgets one fact, and nothing else. */
  unknow(key: string): void {
    if (this.#facts.has(key)) this.#own().delete(key)
  }

  /** Forgets what is known of a variable or a field, and of all fields of it. */
  forget(key: string): void {
    this.unknow(key)
    const within = `${key}.`
    for (const known of [...this.#facts.keys()]) if (known.startsWith(within)) this.unknow(known)
    if (this.pairs.some((pair) => pair.value.key === key || pair.error.key === key)) {
      this.pairs = this.pairs.filter((pair) => pair.value.key !== key && pair.error.key !== key)
    }
  }

  pair(value: Variable, error: Variable): void {
    if (this.pairs.length < PAIRS) this.pairs = [...this.pairs, { value, error }]
  }

  /** Forgets what a loop may have changed when its body runs again. */
  enter({ variables, fields }: Loop): void {
    for (const { key } of variables) this.forget(key)
    for (const key of [...this.#facts.keys()]) {
      if (key.includes('.') && fields.has(key.slice(key.lastIndexOf('.') + 1))) this.unknow(key)
    }
  }

  /** Nothing but what always holds. */
  clear(): void {
    this.#facts = new Map()
    this.#isShared = false
    this.pairs = []
    this.isDead = false
  }

  take(other: Flow): void {
    this.#facts = other.#facts
    this.#isShared = other.#isShared = true
    this.pairs = other.pairs
    this.isDead = other.isDead
  }

  /** What still holds in a function that runs later: facts whose variable, by its number, `stays`. */
  within(stays: (variable: number) => boolean): Flow {
    const inner = new Flow()
    for (const [key, type] of this.#facts) if (stays(Number.parseInt(key, 10))) inner.#facts.set(key, type)
    return inner
  }

  /** What holds where both ways have met. A fact of one way only is none. */
  static meet(a: Flow, b: Flow): Flow {
    if (a.isDead) return b
    if (b.isDead) return a
    const met = new Flow(a)
    met.pairs = a.pairs === b.pairs ? a.pairs : a.pairs.filter((pair) => b.pairs.includes(pair))
    if (a.#facts === b.#facts) return met
    for (const [key, type] of a.#facts) {
      const other = b.#facts.get(key)
      if (!other) met.unknow(key)
      else if (type !== other) met.know(key, key.includes('.') && (type.kind === 'nil' || other.kind === 'nil') ? any : joined(type, other))
    }
    return met
  }
}
