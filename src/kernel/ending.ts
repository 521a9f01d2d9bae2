// How processes end, and what their end sets in motion.
//
//   E1. Order: nothing reaches the process any more → its closers run → its names go → watchers and linked peers hear of it → its body
//       is closed.
//   E2. An abnormal end fails linked peers that do not trap it. That goes through a list, so a chain of any length needs no stack,
//       and no more than a bounded number of ends happen in one turn.
//   E3. A process whose step is being released ends after that (`doom`): its outbox lies in the memory that its end gives up.

import type { WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { Abroad } from './abroad.ts'
import { Address } from './address.ts'
import { type Delivery, LINK_DOWN, PID_EXIT } from './delivery.ts'
import type { Exit } from './exit.ts'
import { linkedProcessFailed } from './failure.ts'
import type { Links } from './links.ts'
import type { Names } from './names.ts'
import type { Observer } from './observer.ts'
import { type EncodeError, endedBy } from './payload.ts'
import type { Process } from './process.ts'
import type { ProcessTable } from './process-table.ts'
import { Ring } from './ring.ts'

const PER_TURN = 16 // ends: a memory that is emptied takes a fifth of a millisecond

type EndingParts = {
  readonly encodeError: EncodeError
  readonly observer: Observer
  readonly abroad: Abroad | null
  readonly table: ProcessTable
  readonly names: Names
  readonly links: Links
  readonly delivery: Delivery
}

export class Ending {
  readonly #parts: EndingParts
  readonly #table: ProcessTable
  readonly #names: Names
  readonly #links: Links
  readonly #delivery: Delivery
  #dying: { readonly process: Process; readonly exit: Exit }[] = []
  #next = 0 // first of #dying that still has to end
  #busy = false
  readonly #leaving = new Ring<Process>() // ended, with a body that others have a use for

  constructor(parts: EndingParts) {
    this.#parts = parts
    this.#table = parts.table
    this.#names = parts.names
    this.#links = parts.links
    this.#delivery = parts.delivery
  }

  /** Whether ends are left for the next turn. */
  get isPending(): boolean {
    return this.#dying.length > 0 || this.#leaving.size > 0
  }

  /** The end of a process that did not end itself. */
  because(error: WippyError): Exit {
    return { ok: false, payload: endedBy(this.#parts.encodeError(error)), error }
  }

  /** Ends a process: now, or once its step is released. */
  end(process: Process, exit: Exit): void {
    if (process.state === 'ended') return
    if (process.state === 'running') {
      process.doom ??= exit
      return
    }
    process.state = 'ended'
    this.#table.delete(process)
    process.host.release()
    process.share?.leave(process.pid)
    this.#dying.push({ process, exit })
    this.settle()
  }

  /** Carries out ends, up to the bound of one turn. */
  settle(): void {
    if (this.#busy) return
    this.#busy = true
    try {
      for (let left = PER_TURN; left > 0 && this.#next < this.#dying.length; left--) {
        const { process, exit } = this.#dying[this.#next++]!
        this.#bury(process, exit)
      }
      if (this.#next === this.#dying.length) {
        this.#dying = []
        this.#next = 0
      }
      if (this.#leaving.size > 0) this.#leave(this.#leaving.shift())
    } finally {
      this.#busy = false
    }
  }

  /** A linked peer ended abnormally: an event for who traps it, the end for who does not. */
  linkDown(to: Pid, from: Pid, payload: Uint8Array): void {
    this.#linkDown(to, from, new Address(from), payload, this.because(linkedProcessFailed(from)))
  }

  /** Gives up what the code of an ended process holds: its closers run, then its body is closed, over some turns when it is large. */
  close(process: Process): void {
    this.#runClosers(process)
    this.#leave(process)
  }

  /** A process that is not here has ended: its names go, and those here that watch it, or are linked to it, hear of it, once. */
  gone(pid: Pid, exit: Exit): void {
    this.#names.release(pid)
    this.#tellAll(pid, new Address(pid), exit)
  }

  #bury(process: Process, exit: Exit): void {
    const { pid } = process
    this.#runClosers(process)
    this.#names.release(pid)
    this.#tellAll(pid, process.address, exit)
    if (process.exits !== null) for (const told of process.exits) this.#guarded(process, () => told(exit))
    process.exits = null
    process.mailbox.clear()
    this.close(process)
    process.successor?.body.close()
    this.#parts.observer.ended(process, exit)
  }

  #leave(process: Process): void {
    this.#guarded(process, () => {
      if (process.body.scrub?.() === false) this.#leaving.push(process)
      else process.body.close()
    })
  }

  #runClosers(process: Process): void {
    const ends = process.ends
    process.ends = null
    if (ends !== null) for (const free of ends) this.#guarded(process, free)
  }

  #tellAll(pid: Pid, address: Address, exit: Exit): void {
    const { watchers, peers } = this.#links.sever(pid)
    for (const watcher of watchers) this.#tell(watcher, pid, address, exit)
    if (!exit.ok && peers.size > 0) {
      const failure = this.because(linkedProcessFailed(pid))
      for (const peer of peers) this.#linkDown(peer, pid, address, exit.payload, failure)
    }
  }

  #tell(to: Pid, from: Pid, address: Address, exit: Exit): void {
    const watcher = this.#table.find(to)
    if (watcher !== null) this.#delivery.event(watcher, PID_EXIT, address, exit.ok, exit.payload)
    else this.#parts.abroad?.ended('pid.exit', to, from, exit.ok, exit.payload)
  }

  #linkDown(to: Pid, from: Pid, name: Address, payload: Uint8Array, failure: Exit): void {
    const peer = this.#table.find(to)
    if (peer === null) this.#parts.abroad?.ended('pid.link.down', to, from, false, payload)
    else if (peer.trapLinks) this.#delivery.event(peer, LINK_DOWN, name, false, payload)
    else this.end(peer, failure)
  }

  #guarded(process: Process, act: () => void): void {
    try {
      act()
    } catch (cause) {
      this.#parts.observer.broken(process, cause)
    }
  }
}
