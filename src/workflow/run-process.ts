// The process of a loaded workflow: begun, or gone on with where its journal ends.

import type { Exit } from '../kernel/exit.ts'
import type { Host } from '../kernel/host.ts'
import { TRUE } from '../kernel/payload.ts'
import type { SpawnSpec } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Beginning } from './card.ts'
import { framesOf } from './ledger.ts'
import type { Run } from './run.ts'

/** What hangs on the process of a workflow. */
export class RunAttachment {
  readonly run: Run
  readonly terminal = null
  constructor(run: Run) {
    this.run = run
  }
}

/** Where a run finds what its process needs. */
export type Ground = {
  readonly scheduler: Scheduler
  readonly host: Host
  /** What it inherits. */
  readonly context: unknown
  readonly onExit: (exit: Exit) => void
}

const specOf = (run: Run, { entry, limits, args, seed }: Beginning, { host, context, onExit }: Ground): SpawnSpec => ({
  host,
  limits,
  body: run.body,
  entry,
  startedAt: run.card.startedMs,
  uniq: run.id,
  args,
  seed,
  context,
  attachment: new RunAttachment(run),
  commit: run.commit,
  onExit,
})

/** Begins with its first step. */
export const spawn = (run: Run, beginning: Beginning, ground: Ground): void => {
  run.process = ground.scheduler.spawn(specOf(run, beginning, ground))
}

/** Goes on behind the last step; what nobody answered is asked again. */
export const resume = (run: Run, beginning: Beginning, ground: Ground, isSpent: boolean): void => {
  const { scheduler } = ground
  run.process = scheduler.resume(specOf(run, beginning, ground), framesOf(run.ledger.unanswered()), isSpent)
}

/** Says that mail which went into the journal with a step has been sent. */
export const confirmMail = ({ process, ledger }: Run, { scheduler }: Ground): void => {
  for (const [tag, { mailed }] of ledger.open) if (mailed) scheduler.delivery.reply(process!, tag, true, TRUE)
}
