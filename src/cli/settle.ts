// Waiting for services to have begun, before something is run beside them.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Node } from '../index.ts'

const MOST_MS = 1_000 // of the processor: on a machine that has much to do it is longer

/** Milliseconds of the processor that this thread has had. */
const spentMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const until = async (isQuiet: () => boolean): Promise<void> => {
  const most = spentMs() + MOST_MS
  for (let quiet = 0; quiet < 2 && spentMs() < most; ) {
    await nextTurn()
    quiet = isQuiet() ? quiet + 1 : 0
  }
}

/** Waits until the services have done what they do at their start, as far as they wait for nobody outside: their names are known then. */
export const computed = ({ scheduler }: Node): Promise<void> => until(() => scheduler.isIdle)

/** The same, with all that they have asked for at their start answered: tables are made, files are read. For a second at most. */
export const settled = ({ scheduler, parts: { door } }: Node): Promise<void> => until(() => scheduler.isIdle && door.underWay === 0)
