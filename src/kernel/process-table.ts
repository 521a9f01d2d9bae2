// The processes alive on this node, by serial; those whose pid has a text of its own (workflows) by pid.

import { type Pid, serialOf } from '../pid.ts'
import { pidTaken } from './failure.ts'
import type { FrameCursor } from './frame.ts'
import type { Host } from './host.ts'
import type { Process } from './process.ts'

const LONGEST = 512 // characters of a pid with a serial
const SHORTEST = 11 // bytes of a pid with a serial
const SLOTS = 256 // a power of two

/** Where a pid is remembered, from the four digits at its end. */
const slotOf = (digits: number): number => (Math.imul(digits, 0x9e3779b1) >>> 24) & (SLOTS - 1)

export class ProcessTable {
  readonly #bySerial = new Map<number, Process>()
  readonly #byPid = new Map<Pid, Process>()
  readonly #known: (Process | null)[] = new Array(SLOTS).fill(null) // found by their name lately; may have ended since
  readonly #encoder = new TextEncoder()
  readonly #bytes = new Uint8Array(LONGEST * 3)
  #serial = 0

  get size(): number {
    return this.#bySerial.size + this.#byPid.size
  }

  /** The next serial of this node, 1 at first; all hosts share the count. */
  nextSerial(): number {
    return ++this.#serial
  }

  /** A pid on `host` with a text of its own; fails with PID_TAKEN while one runs under it. */
  claim(host: Host, uniq: string): Pid {
    const pid = host.pidOf(uniq)
    if (this.find(pid)) throw pidTaken(pid)
    return pid
  }

  /** Adds a process, or puts another record in the place of the one with this pid. */
  set(process: Process): void {
    if (process.serial < 0) this.#byPid.set(process.pid, process)
    else this.#bySerial.set(process.serial, process)
  }

  delete(process: Process): void {
    if (process.serial < 0) this.#byPid.delete(process.pid)
    else this.#bySerial.delete(process.serial)
  }

  find(pid: Pid): Process | null {
    const serial = pid.length > LONGEST ? -1 : serialOf(this.#bytes, 0, this.#encoder.encodeInto(pid, this.#bytes).written)
    const process = serial < 0 ? undefined : this.#bySerial.get(serial)
    return process?.pid === pid ? process : (this.#byPid.get(pid) ?? null)
  }

  /** The process whose pid is the name of the frame under `frame`, when that pid has a serial. */
  named(frame: FrameCursor): Process | null {
    const { bytes, view, nameStart, nameEnd } = frame
    if (nameEnd - nameStart < SHORTEST) return null
    const slot = slotOf(view.getInt32(nameEnd - 5, true))
    const known = this.#known[slot]!
    if (known !== null && known.state !== 'ended' && known.address.isAt(view, nameStart, nameEnd)) return known
    const serial = serialOf(bytes, nameStart, nameEnd)
    const process = serial < 0 ? undefined : this.#bySerial.get(serial)
    if (!process?.address.isAt(view, nameStart, nameEnd)) return null
    this.#known[slot] = process
    return process
  }

  *[Symbol.iterator](): Generator<Process> {
    yield* this.#bySerial.values()
    yield* this.#byPid.values()
  }
}
