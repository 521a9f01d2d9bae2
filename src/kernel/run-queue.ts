// Who runs next. Three lanes:
//
//   woken       something arrived for it: what people and other processes wait for
//   spent       it used up its slice and has more to do
//   newcomers   its first turn, which costs many times an ordinary one (a memory has to be filled)
//
// Every other turn belongs to the woken, the rest to the spent and the newcomers in turn; and whatever time one of those took, the woken have
// as much of it before the next, up to `MOST_OWED`, if they want it. Within a lane hosts have their turns one after the other, and within a host
// its processes, in the order of coming. So a message waits for one slice at most besides those of its own host that came before it and one of
// each other host, whoever computes without end, and a chain of messages for one in all; a thousand processes on one host hold up no other host
// more than one would; and nobody waits for ten thousand first turns in a row.

import type { Host } from './host.ts'
import type { Process } from './process.ts'
import { Ring } from './ring.ts'

type Crowd = Ring<Process>

const MOST_OWED = 5 // ms

class Lane {
  readonly #crowds = new WeakMap<Host, Crowd>()
  readonly #waiting = new Ring<Crowd>() // those that are not empty
  #host: Host | null = null // the one asked for last, and its crowd: most often it is asked for again
  #crowd!: Crowd
  #only: Process | null = null // who waits alone: in no crowd
  size = 0

  push(process: Process): void {
    if (this.size++ === 0) {
      this.#only = process
      return
    }
    if (this.#only !== null) this.#join(this.#only)
    this.#only = null
    this.#join(process)
  }

  shift(): Process {
    this.size--
    const only = this.#only
    if (only !== null) {
      this.#only = null
      return only
    }
    const crowd = this.#waiting.shift()
    const process = crowd.shift()
    if (crowd.size > 0) this.#waiting.push(crowd)
    return process
  }

  #join(process: Process): void {
    const crowd = this.#crowdOf(process.host)
    if (crowd.size === 0) this.#waiting.push(crowd)
    crowd.push(process)
  }

  #crowdOf(host: Host): Crowd {
    if (host === this.#host) return this.#crowd
    let crowd = this.#crowds.get(host)
    if (crowd === undefined) {
      crowd = new Ring()
      this.#crowds.set(host, crowd)
    }
    this.#host = host
    this.#crowd = crowd
    return crowd
  }
}

export class RunQueue {
  readonly #woken = new Lane()
  readonly #spent = new Lane()
  readonly #newcomers = new Lane()
  #isForWoken = true // the next turn, if there are both
  #isForSpent = true // the next turn of the others, if there are both
  #isOthers = false // one of the others had a turn since the last look at the clock
  #owed = 0 // ms that the others had and the woken had not

  get size(): number {
    return this.#woken.size + this.#spent.size + this.#newcomers.size
  }

  /** `isSpent`: it comes back with its slice used up. */
  push(process: Process, isSpent: boolean): void {
    if (process.steps === 0) this.#newcomers.push(process)
    else if (isSpent) this.#spent.push(process)
    else this.#woken.push(process)
  }

  shift(): Process | null {
    const others = this.#spent.size + this.#newcomers.size
    if (this.#woken.size > 0 && (this.#isForWoken || this.#owed > 0 || others === 0)) {
      this.#isForWoken = false
      return this.#woken.shift()
    }
    if (others === 0) return null
    this.#isForWoken = true
    this.#isOthers = true
    const isSpent = this.#spent.size > 0 && (this.#isForSpent || this.#newcomers.size === 0)
    this.#isForSpent = !isSpent
    return isSpent ? this.#spent.shift() : this.#newcomers.shift()
  }

  /** The turns given out since this was called last took so long. */
  passed(ms: number): void {
    this.#owed = this.#isOthers ? Math.min(this.#owed + ms, MOST_OWED) : Math.max(this.#owed - ms, 0)
    this.#isOthers = false
  }
}
