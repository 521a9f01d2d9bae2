// The mail of one loaded workflow on its way from the engine into its process, and which of it a record has to take off the engine.

import { EVENT, FrameCursor, REPLY } from '../kernel/frame.ts'
import { textPayload } from '../kernel/payload.ts'
import type { Process } from '../kernel/process.ts'
import type { Pid } from '../pid.ts'
import type { Card } from './card.ts'
import type { Mail } from './engine.ts'
import { idOf } from './id.ts'
import { type Change, framesOf, type Ledger, labelOf } from './ledger.ts'
import { eventFrame, PARENT_ENDED } from './mail.ts'
import type { Surroundings } from './surroundings.ts'

const AT_ONCE = 256 // frames handed over and not yet taken in

/** Whose mail it is. */
export type Receiver = {
  readonly id: string
  readonly ledger: Ledger
  readonly card: Card
  /** Null when it takes nothing now. */
  readonly taker: Process | null
  /** Its parent has ended, and it goes with it. */
  orphaned(): void
}

export class Intake {
  readonly #receiver: Receiver
  readonly #around: Pick<Surroundings, 'engine' | 'delivery' | 'report'>
  readonly #answers = new Map<number, number>() // tag of an ask → number of the mail that answers it
  #stale: number[] = [] // mail that nobody waits for any more
  #handed = 0
  #pulled = 0
  #isPulling = false
  #pullAgain = false
  #mayWait = true

  constructor(receiver: Receiver, around: Pick<Surroundings, 'engine' | 'delivery' | 'report'>) {
    this.#receiver = receiver
    this.#around = around
  }

  /** Whether some is on its way, or was handed over and not yet taken in. */
  get isBusy(): boolean {
    return this.#isPulling || this.#handed > 0
  }

  /** Whether there may be mail that there was no room for. */
  get mayWait(): boolean {
    return this.#mayWait
  }

  /** Hands over what waits: to one that is sending, when that is done, so that what it does for a message is not overtaken. */
  async pull(): Promise<void> {
    if (this.#isPulling) {
      this.#pullAgain = true
      return
    }
    this.#isPulling = true
    const receiver = this.#receiver
    try {
      do {
        this.#pullAgain = false
        const room = receiver.ledger.isSending ? 0 : AT_ONCE - this.#handed
        if (room <= 0) this.#mayWait = true
        if (room <= 0 || receiver.taker === null) break
        const mails = await this.#around.engine.mail(receiver.id, this.#pulled, room)
        this.#mayWait = mails.length === room
        for (const mail of mails) this.#hand(mail)
      } while (this.#pullAgain)
    } catch (error) {
      this.#around.report(error)
    } finally {
      this.#isPulling = false
    }
  }

  /** Numbers of the mail that a step has taken in, and of what nobody waits for. */
  taken({ taken, answered }: Change): readonly number[] {
    const answers = answered.flatMap((tag) => {
      const n = this.#answers.get(tag)
      this.#answers.delete(tag)
      return n === undefined ? [] : [n]
    })
    const all = [...taken, ...answers, ...this.#stale]
    this.#handed -= taken.length + answers.length
    this.#stale = []
    return all
  }

  #hand({ n, frame }: Mail): void {
    const { taker } = this.#receiver
    if (taker === null) return // it is read again
    this.#pulled = n
    const given = this.#given(n, frame)
    if (given === null) return
    this.#handed++
    this.#around.delivery().hand(taker, framesOf(given))
  }

  /** The frame that the process gets; null when it gets none. */
  #given(n: number, frame: Uint8Array): Uint8Array | null {
    const { ledger, card } = this.#receiver
    const cursor = new FrameCursor().over(framesOf(frame))
    if (!cursor.next()) return this.#drop(n)
    const [name, topic] = labelOf(cursor)
    if (cursor.kind === REPLY) {
      if (topic !== String(card.start) || !ledger.open.has(cursor.tag) || this.#answers.has(cursor.tag)) return this.#drop(n)
      this.#answers.set(cursor.tag, n)
      return frame
    }
    if (cursor.kind === EVENT && topic === 'pid.exit' && idOf(name as Pid) === null && !ledger.mayWatch(name as Pid)) return this.#drop(n)
    const isBereft = cursor.kind === EVENT && topic === PARENT_ENDED
    if (isBereft && card.closing === 'terminate') {
      this.#receiver.orphaned()
      return null
    }
    if (isBereft && card.closing !== 'cancel') return this.#drop(n)
    const given = isBereft ? eventFrame(name as Pid, 'pid.cancel', false, textPayload('parent ended')) : frame
    framesOf(given).view.setUint32(8, n, true) // its tag
    return given
  }

  #drop(n: number): null {
    this.#stale.push(n)
    return null
  }
}
