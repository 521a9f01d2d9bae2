// Ending many processes in order: all are asked at once, and those that have not ended when their time is over are ended by force.

import type { Clock } from '../clock.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'

const SHUTDOWN = 'scheduler shutdown' // the reason processes are told

const chosen = (scheduler: Scheduler, which: (process: Process) => boolean): Process[] => [...scheduler.processes].filter(which)

const ends = (scheduler: Scheduler, processes: readonly Process[]): Promise<unknown> =>
  Promise.all(processes.map(({ pid }) => new Promise<void>((resolve) => scheduler.onExit(pid, () => resolve()))))

/** Ends the processes by force; resolves when they are gone. */
export const terminateAll = async (scheduler: Scheduler, which: (process: Process) => boolean): Promise<void> => {
  const processes = chosen(scheduler, which)
  const gone = ends(scheduler, processes)
  for (const { pid } of processes) if (scheduler.processes.find(pid)) scheduler.terminate(pid)
  await gone
}

/** Cancels the processes, and those that join them meanwhile; resolves when all are gone. */
export const cancelAll = async (scheduler: Scheduler, which: (process: Process) => boolean): Promise<void> => {
  for (let processes = chosen(scheduler, which); processes.length > 0; processes = chosen(scheduler, which)) {
    const gone = ends(scheduler, processes)
    for (const { pid } of processes) scheduler.delivery.cancel(pid, SHUTDOWN)
    await gone
  }
}

/** Waits for `work`, but no longer than `ms`. */
export const within = async (clock: Clock, ms: number, work: Promise<unknown>): Promise<void> => {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const forget = clock.setTimer(ms, resolve)
  await Promise.race([work, late])
  forget()
}
