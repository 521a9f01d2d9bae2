// What is due at one time, a bounded part of it between two turns of everybody else: however many timers fire at once, nobody waits for all
// of them. Behind that bound the owners take turns, and what belongs to one keeps its order.

import { Ring } from '../kernel/ring.ts'

const MOST = 128 // acts in one turn of the event loop; each costs some microseconds

type Act = () => void

export class Due {
  readonly #crowds = new Map<object, Ring<Act>>() // none is empty
  #left = MOST
  #isArmed = false

  /** Calls `act` now, or in a later turn when this one has had its part. */
  add(owner: object, act: Act): void {
    this.#arm()
    if (this.#left > 0 && this.#crowds.size === 0) {
      this.#left--
      act()
      return
    }
    let crowd = this.#crowds.get(owner)
    if (crowd === undefined) {
      crowd = new Ring()
      this.#crowds.set(owner, crowd)
    }
    crowd.push(act)
  }

  /** Gives up what waits of an owner. */
  forget(owner: object): void {
    this.#crowds.delete(owner)
  }

  #arm(): void {
    if (this.#isArmed) return
    this.#isArmed = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#isArmed = false
    this.#left = MOST
    for (const [owner, crowd] of this.#crowds) {
      if (this.#left === 0) break
      this.#left--
      this.#crowds.delete(owner)
      const act = crowd.shift()
      if (crowd.size > 0) this.#crowds.set(owner, crowd) // behind the others; this loop comes to it again
      act()
    }
    if (this.#crowds.size > 0) this.#arm()
  }
}
