// Processes whose code the registry has in another version by now. Those that asked for it hear so once, with `process.event.OUTDATED`, and
// may call `process.upgrade` when it suits them; a process that was upgraded is not outdated any more.

import { NOBODY } from '../kernel/address.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encodeAll } from '../msgpack.ts'

const OUTDATED = new TextEncoder().encode('pid.outdated')

const tell = ({ delivery }: Scheduler, process: Process): void =>
  delivery.event(process, OUTDATED, NOBODY, true, encodeAll([{ entry: process.entry }]))

/** From now on the processes that run one of these entries are outdated. */
export const markOutdated = (scheduler: Scheduler, entries: ReadonlySet<string>): void => {
  if (entries.size === 0) return
  for (const process of scheduler.processes) {
    if (process.isOutdated || !entries.has(process.entry)) continue
    process.isOutdated = true
    if (process.upgradable) tell(scheduler, process)
  }
}

/** Whether a process hears that it is outdated; at once when it is already. */
export const setUpgradable = (scheduler: Scheduler, process: Process, upgradable: boolean): void => {
  const isNews = upgradable && !process.upgradable
  process.upgradable = upgradable
  if (isNews && process.isOutdated) tell(scheduler, process)
}
