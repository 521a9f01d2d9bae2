// An engine in memory whose answers a test holds back: what happens meanwhile is then no matter of chance.

import type { Engine } from '../../src/workflow/engine.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'

/** `before`: nothing is done yet. `after`: it is done, and nobody has heard of it. */
export type Moment = 'before' | 'after'

type Held = { readonly reached: Promise<void>; release(): void }
type Arguments = readonly unknown[]
type Trap = {
  readonly call: string
  readonly moment: Moment
  readonly isMeant: (args: Arguments) => boolean
  readonly held: () => Promise<void>
}

export class HoldingEngine {
  readonly #inner = new MemoryEngine()
  readonly #traps = new Set<Trap>()

  /** What the node is given. */
  readonly engine: Engine = new Proxy(this.#inner as Engine, {
    get: (_, name: string) => {
      const method = Reflect.get(this.#inner, name) as ((...args: Arguments) => unknown) | undefined
      if (typeof method !== 'function') return method
      return (...args: Arguments) => this.#through(name, args, () => method.apply(this.#inner, [...args]))
    },
  })

  /** Holds back the next call of this name that is meant. */
  hold(call: keyof Engine, moment: Moment, isMeant: (args: Arguments) => boolean = () => true): Held {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const held = (): Promise<void> => {
      reach()
      return released
    }
    this.#traps.add({ call, moment, isMeant, held })
    return { reached, release }
  }

  #through(call: string, args: Arguments, act: () => unknown): unknown {
    const trap = [...this.#traps].find((one) => one.call === call && one.isMeant(args))
    if (trap === undefined) return act()
    this.#traps.delete(trap)
    return trap.moment === 'before' ? trap.held().then(act) : Promise.resolve(act()).then((answer) => trap.held().then(() => answer))
  }
}
