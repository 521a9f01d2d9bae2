// How workflows come into the memory of a node: begun, or taken up where their journal ends.
//
//   D3 Loading is: rebuilt from the journal, which from then on names this node as its owner; then what nobody answered is asked again.

import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import type { Host } from '../kernel/host.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { type Beginning, type Card, cardOf, type Writer, writerToBytes } from './card.ts'
import type { Head } from './engine.ts'
import { Ledger } from './ledger.ts'
import type { Loaded } from './loaded.ts'
import { rebuild, type Workshop } from './rebuild.ts'
import { RecordKind, samePosition } from './record.ts'
import { Run } from './run.ts'
import { confirmMail, type Ground, resume, spawn } from './run-process.ts'
import type { Share } from './share.ts'
import { type Opening, ownTimer, type Start } from './start.ts'
import type { Surroundings } from './surroundings.ts'

/** What workflows need of the node they run on. */
export type WorkflowNode = Workshop & {
  readonly scheduler: () => Scheduler
  /** The host of a card; null when it is none of this node's. */
  readonly hostOf: (id: string) => Host | null
  /** What a process inherits, from its bytes. */
  readonly contextOf: (bytes: Uint8Array) => unknown
  /** Whether a scheduled run may begin, now that its time has come. False also when its journal was changed instead. */
  readonly begins: (head: Head) => Promise<boolean>
  /** A scheduled run was ended by force before it began. */
  readonly unbegun?: (card: Card) => void
  /** A run that had begun was taken up. */
  readonly resumed: (run: Run) => void
  /** A workflow has ended on this node. */
  readonly over: (id: string) => void
}

export type TakingUpOptions = {
  readonly node: WorkflowNode
  readonly around: Surroundings
  readonly loaded: Loaded
  readonly share: Share
  readonly writer: Writer
  /** The process of a run has ended, whatever ended it. */
  readonly exited: (run: Run, exit: Exit) => void
}

export class TakingUp {
  readonly #options: TakingUpOptions

  constructor(options: TakingUpOptions) {
    this.#options = options
  }

  /** A place on a host, if need be that of one that only waits; to be given back before the process is spawned. Throws HOST_FULL. */
  placeOn(host: Host): () => void {
    if (host.isFull) this.#options.loaded.makeRoom(host)
    return host.reserve()
  }

  /** Begins a run whose first record is durable. */
  begin({ id, host, limits, code }: Start, { beginning, card, record }: Opening): Run {
    const { node, around, loaded } = this.#options
    const body = node.makeBody(code.bytes, limits)
    const fresh = { body, ledger: new Ledger(this.#options.writer.owner), steps: 0, fuel: 0, pieces: new Set<string>(), stale: [] }
    const run = new Run({ id, pid: host.pidOf(id), position: record, card, code: Buffer.from(card.code, 'hex'), ...fresh }, around)
    spawn(run, beginning, this.#groundOf(run, beginning, host))
    loaded.keep(run)
    void run.pull()
    return run
  }

  /** A run from its journal; null when it does not run, or not here, or not yet. Throws what keeps it from being taken up. */
  async read(id: string): Promise<Run | null> {
    const { node, around, share } = this.#options
    while (share.has(id)) {
      const head = await node.engine.head(id)
      if (head === null || head.status !== 'running') return null
      const { beginMs = null, schedule = null } = cardOf(head.card)
      if (beginMs !== null && beginMs > around.nowMs()) return null // the alarm comes back to it
      if (beginMs !== null && schedule !== null && !(await node.begins(head))) {
        const now = await node.engine.head(id)
        if (now === null || samePosition(now, head)) return null
        continue
      }
      const run = await this.#takeUp(head)
      if (run !== null) return run
    }
    return null
  }

  /** Null when the journal grew meanwhile. */
  async #takeUp(head: Head): Promise<Run | null> {
    const { host: name } = cardOf(head.card)
    const host = this.#options.node.hostOf(name)
    if (host === null) throw hostMissing(head.id, name)
    const giveBack = this.placeOn(host)
    try {
      return await this.#takeUpOn(host, head, giveBack)
    } finally {
      giveBack()
    }
  }

  async #takeUpOn(host: Host, head: Head, giveBack: () => void): Promise<Run | null> {
    const { node, around, loaded, writer } = this.#options
    const { id } = head
    const { owner } = cardOf(head.card)
    const { beginning, isSpent, ...rebuilt } = await rebuild(node, head)
    const { card, body, ledger, steps } = rebuilt
    const run = new Run({ id, pid: host.pidOf(id), code: Buffer.from(card.code, 'hex'), ...rebuilt }, around)
    const own = { ...card, owner: writer.owner }
    // who does not know whose it is takes it from nobody, and begins nothing
    const isOwned =
      (await this.#isOurs(id)) &&
      (owner === writer.owner || (await run.note(RecordKind.own, writerToBytes(writer), own, 'running'))) &&
      (await this.#isOurs(id))
    if (!isOwned) {
      body.close()
      return null
    }
    const ground = this.#groundOf(run, beginning, host)
    giveBack()
    if (steps === 0) spawn(run, beginning, ground)
    else resume(run, beginning, ground, isSpent)
    if (steps > 0) {
      confirmMail(run, ground)
      node.resumed(run)
    }
    void run.pull()
    const now = around.nowMs()
    for (const { tag, dueMs } of [...ledger.due(), ...ownTimer(card)]) if (dueMs <= now) run.bell.ring(tag)
    loaded.keep(run) // only now: before it has what it was loaded for it looks as if it had nothing to do
    return run
  }

  async #isOurs(id: string): Promise<boolean> {
    const { share } = this.#options
    await share.sure()
    return share.has(id)
  }

  #groundOf(run: Run, { context }: Beginning, host: Host): Ground {
    const { node, exited } = this.#options
    return { scheduler: node.scheduler(), host, context: node.contextOf(context), onExit: (exit) => exited(run, exit) }
  }
}

const hostMissing = (id: string, host: string): WippyError =>
  new WippyError('WORKFLOW_HOST', Kind.NotFound, `workflow "${id}" runs on host "${host}", which is not there`, {
    hint: 'Add the host again; the workflow goes on from where it stopped.',
  })
