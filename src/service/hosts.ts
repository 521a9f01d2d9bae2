// `process.host` and `terminal.host` entries: where processes run. Hosts come and go with their entries; new limits hold for processes
// spawned from then on; when a host goes, its processes end.

import type { Clock } from '../clock.ts'
import { defaultLimits } from '../kernel/host.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Handler } from '../registry/kinds.ts'
import { cancelAll, terminateAll, within } from './drain.ts'
import type { Launcher } from './launcher.ts'
import { limitsOf } from './limits.ts'

export const HOST_KINDS = ['process.host', 'terminal.host']
const STOP_MS = 10_000 // how long the processes of a removed host may take to end

export const hostsHandler = (launcher: Launcher, scheduler: Scheduler, clock: Clock): Handler => ({
  kinds: HOST_KINDS,
  prepare: ({ kind, entry }) => {
    if (kind !== 'entry.delete') limitsOf(entry, defaultLimits)
  },
  commit: ({ kind, entry }) => {
    if (kind !== 'entry.delete') return launcher.setHost(entry)
    const host = launcher.host(entry.id)
    const runsThere = (process: Process) => process.host === host
    launcher.removeHost(entry.id)
    // in the background: who made this change may run there
    void within(clock, STOP_MS, cancelAll(scheduler, runsThere)).then(() => terminateAll(scheduler, runsThere))
  },
})
