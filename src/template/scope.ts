// What surrounds a node while it is rendered: the variables it knows, innermost first.

export class Scope {
  readonly #values = new Map<string, unknown>()
  readonly #outer: Scope | null

  constructor(outer: Scope | null, values: Iterable<readonly [string, unknown]> = []) {
    this.#outer = outer
    for (const [name, value] of values) this.#values.set(name, value)
  }

  /** The scope that knows a name. */
  holder(name: string): Scope | null {
    return this.#values.has(name) ? this : (this.#outer?.holder(name) ?? null)
  }
  get(name: string): unknown {
    return this.#values.get(name)
  }
  set(name: string, value: unknown): void {
    this.#values.set(name, value)
  }
}

export type Around = {
  readonly scope: Scope
  readonly context: unknown
  readonly template: string
  /** What `yield content` stands for. */
  readonly content: (() => void) | null
}
