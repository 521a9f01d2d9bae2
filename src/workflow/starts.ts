// How workflows come to be on a node: begun, or found to run already, as whoever starts them wants it.

import { WippyError } from '../error.ts'
import type { Process } from '../kernel/process.ts'
import type { Pid } from '../pid.ts'
import type { Alarm } from './alarm.ts'
import type { Writer } from './card.ts'
import { type Engine, type Head, hasEnded } from './engine.ts'
import { checkId } from './id.ts'
import type { Interventions } from './interventions.ts'
import type { Loaded } from './loaded.ts'
import type { PostOffice } from './post-office.ts'
import type { Programs } from './programs.ts'
import type { Share } from './share.ts'
import { isAskedAgain, type Kept, mayStart, opening, type Start, workflowExists } from './start.ts'
import type { TakingUp } from './taking-up.ts'

export type Started = { readonly pid: Pid; readonly isNew: boolean; readonly process: Process | null }

export type StartsOptions = Kept & {
  readonly engine: Engine
  readonly loaded: Loaded
  readonly share: Share
  readonly takingUp: TakingUp
  readonly alarm: Alarm
  readonly programs: Programs
  readonly post: PostOffice
  readonly interventions: Interventions
  readonly writer: Writer
  readonly nowMs: () => number
}

export class Starts {
  readonly #options: StartsOptions

  constructor(options: StartsOptions) {
    this.#options = options
  }

  /** Resolves once the start is durable. Throws WORKFLOW_EXISTS, WORKFLOW_ID. */
  async start(start: Start): Promise<Started> {
    checkId(start.id)
    return this.#options.programs.during(start.code, () => this.#start(start))
  }

  async #start(start: Start): Promise<Started> {
    const { id, host, conflict = 'use', reuse = 'allow' } = start
    const pid = host.pidOf(id)
    const { engine, loaded, share, takingUp, alarm, interventions, writer, keptMs, nowMs } = this.#options
    for (;;) {
      const head = await engine.head(id)
      if (head !== null && isAskedAgain(head, start)) return { pid, isNew: false, process: (await loaded.tryLoad(id))?.process ?? null }
      if (head !== null && !mayStart(head, reuse)) {
        if (conflict === 'terminate' && !hasEnded(head.status)) {
          await interventions.terminate(id).catch(() => {}) // it may have ended by itself
          continue
        }
        if (conflict === 'fail' || (hasEnded(head.status) && reuse === 'failed')) throw workflowExists(id, head.status)
        if (!(await this.#sent(start, pid, head))) continue
        return { pid, isNew: false, process: (await loaded.tryLoad(id))?.process ?? null }
      }
      const opened = opening(start, head, { ...writer, keptMs }, nowMs())
      const beginsHere = opened.effects.active && share.has(id)
      const giveBack = beginsHere ? takingUp.placeOn(start.host) : null
      let isOurs = false
      const run = await loaded.bring(id, async () => {
        try {
          isOurs = await engine.append(id, head, opened.record, opened.effects)
        } finally {
          giveBack?.()
        }
        return isOurs && beginsHere && share.has(id) ? takingUp.begin(start, opened) : null
      })
      if (!isOurs) continue
      for (const { dueMs } of opened.effects.timers) alarm.arm(dueMs)
      return { pid, isNew: true, process: run?.process ?? null }
    }
  }

  /** Sends what it is to find waiting. False when it ran, and has ended meanwhile. */
  async #sent({ messages = [] }: Start, pid: Pid, { status }: Head): Promise<boolean> {
    try {
      for (const { from, topic, payload } of messages) await this.#options.post.message(from, pid, Buffer.from(topic), payload)
      return true
    } catch (error) {
      if (!hasEnded(status) && error instanceof WippyError && error.code === 'PROCESS_NOT_FOUND') return false
      throw error
    }
  }
}
