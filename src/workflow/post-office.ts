// Takes in what anybody sends to a workflow of this node, and sees to it that it is delivered.
//
//   D2 Mail is in the engine before anybody hears of it; a workflow that is loaded finds there what it missed.

import { WippyError } from '../error.ts'
import { mailboxFull, processNotFound } from '../kernel/failure.ts'
import { TRUE } from '../kernel/payload.ts'
import type { Post } from '../kernel/post.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { type Pid, parsePid } from '../pid.ts'
import type { Ended } from './ended.ts'
import { type Engine, hasEnded } from './engine.ts'
import { idOf } from './id.ts'
import { eventFrame, messageOf, PARENT_ENDED } from './mail.ts'
import type { Run } from './run.ts'

export type PostOfficeOptions = {
  readonly engine: Engine
  readonly scheduler: () => Scheduler
  /** Whether a host is one of this node's. */
  readonly isOurs: (host: string) => boolean
  /** Whether what a workflow sends became mail together with its record; null for who is none. */
  readonly isWritten: (from: Process, tag: number) => boolean | null
  /** Something waits for a workflow. */
  readonly hint: (id: string) => void
}

export class PostOffice implements Post {
  /** Where they are kept. */
  readonly engine: Engine
  readonly #options: PostOfficeOptions

  constructor(options: PostOfficeOptions) {
    this.engine = options.engine
    this.#options = options
  }

  owns(pid: Pid): boolean {
    return idOf(pid) !== null && this.#options.isOurs(parsePid(pid)!.host)
  }

  send(from: Process, to: Pid, topic: Uint8Array, payload: Uint8Array, tag: number): void {
    const { delivery } = this.#options.scheduler()
    const answer = (error: unknown): void => {
      if (tag === 0) return
      if (error === null) delivery.reply(from, tag, true, TRUE)
      else delivery.fail(from, tag, error instanceof WippyError ? error : processNotFound(to))
    }
    const isWritten = tag === 0 ? null : this.#options.isWritten(from, tag)
    if (isWritten === true) answer(null)
    else (isWritten === null ? this.message(from.pid, to, topic, payload) : this.#refused(to)).then(() => answer(null), answer)
  }

  async message(from: Pid | '', to: Pid, topic: Uint8Array, payload: Uint8Array): Promise<void> {
    await this.#post(to, messageOf(from, topic, payload))
  }

  async cancel(from: Pid | '', to: Pid, reason: Uint8Array): Promise<void> {
    await this.#post(to, eventFrame(from, 'pid.cancel', false, reason))
  }

  /** Tells a workflow of the end of somebody it watches. */
  async exit(from: Pid, to: Pid, { ok, payload }: Ended): Promise<void> {
    await this.#post(to, eventFrame(from, 'pid.exit', ok, payload))
  }

  /** Tells a child that its parent has ended, when it has: it may have begun too late to hear it with the end. */
  async bereave(parent: Pick<Run, 'id' | 'pid'>, child: Pid): Promise<void> {
    const head = await this.engine.head(parent.id)
    if (head !== null && hasEnded(head.status)) await this.#post(child, eventFrame(parent.pid, PARENT_ENDED, false, new Uint8Array(0)))
  }

  async #post(to: Pid, frame: Uint8Array): Promise<void> {
    const id = idOf(to)
    if (id === null) throw processNotFound(to)
    try {
      await this.engine.post(id, frame)
    } catch (error) {
      throw error instanceof WippyError && error.code === 'WORKFLOW_NOT_FOUND' ? processNotFound(to) : error
    }
    this.#options.hint(id)
  }

  /** Why a message of a workflow was not written with its record: its receiver had no room for it, or is not there. */
  async #refused(to: Pid): Promise<never> {
    const head = await this.engine.head(idOf(to)!)
    throw head === null || hasEnded(head.status) ? processNotFound(to) : mailboxFull()
  }
}
