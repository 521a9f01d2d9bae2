// The end of one journal: its only writer, one record after the other.
//
//   R1 An append whose outcome is unknown is resolved by reading where the journal stands, then done again, for as long as it takes.
//   W2 When the engine says that the journal stands elsewhere, somebody else owns it: nothing is appended any more.

import type { Effects } from './engine.ts'
import { type Content, type Position, RecordKind, samePosition, seal } from './record.ts'
import type { Surroundings } from './surroundings.ts'

const RETRY_MS = [50, 100, 200, 400, 800, 1600, 3000] as const

type Around = Pick<Surroundings, 'engine' | 'report' | 'pause'>

export class Journal {
  readonly #id: string
  readonly #around: Around
  #position: Position
  #last: number // number of the record appended last, also while it is under way
  #tail: Promise<unknown> = Promise.resolve()
  #isGivenUp = false // nothing is tried again

  constructor(id: string, position: Position, around: Around) {
    this.#id = id
    this.#around = around
    this.#position = position
    this.#last = position.seq
  }

  /** Where it stands on the disk. */
  get position(): Position {
    return this.#position
  }

  /** Whether a record is under way. */
  get isWriting(): boolean {
    return this.#last > this.#position.seq
  }

  /** The number of the next record. */
  get next(): number {
    return this.#last + 1
  }

  /** False when the journal is somebody else's by now. */
  append(content: Content, effects: Effects): Promise<boolean> {
    this.#last++
    const appended = this.#tail.then(() => this.#append(content, effects))
    this.#tail = appended.catch(() => {})
    return appended
  }

  /** Whether it stands where it was left, when what was under way is done. */
  async isAsItWas(): Promise<boolean> {
    for (;;) {
      await this.#tail
      const position = this.#position
      if (await this.#standsAt(position)) return true
      if (position === this.#position) return false
    }
  }

  /** Resolves when what was to be written by now is. */
  async settled(): Promise<void> {
    await this.#tail
  }

  /** Gives it up, and waits until what it was writing is written. */
  async close(): Promise<void> {
    this.#isGivenUp = true
    await this.#tail
  }

  async #append(content: Content, effects: Effects): Promise<boolean> {
    const before = this.#position
    const { engine, report, pause } = this.#around
    const record = seal(before, content.kind === RecordKind.own ? before.epoch + 1 : before.epoch, content)
    for (let attempt = 0; ; attempt++) {
      try {
        const isOurs = await engine.append(this.#id, before, record, effects)
        if (!isOurs && (attempt === 0 || !(await this.#standsAt(record)))) return false
        this.#position = record
        return true
      } catch (error) {
        report(error)
        if (this.#isGivenUp) return false
        await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!)
      }
    }
  }

  async #standsAt(position: Position): Promise<boolean> {
    const head = await this.#around.engine.head(this.#id)
    return head !== null && samePosition(head, position)
  }
}
