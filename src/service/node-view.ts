// What `system` shows of this node.

import type { Scheduler } from '../kernel/scheduler.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import type { Door } from './door.ts'
import type { Launcher } from './launcher.ts'
import { localLocks, machineFigures, type SystemView } from './system-view.ts'

export type NodeViewOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly supervisor: Supervisor
  readonly door: Door
  readonly exit: (code: number) => void
}

const NANOSECONDS = 1_000_000n

const nanoseconds = (ms: number): bigint => BigInt(Math.trunc(ms)) * NANOSECONDS

export const nodeView = ({ scheduler, launcher, supervisor, door, exit }: NodeViewOptions): SystemView => ({
  ...localLocks(),
  modules: () => door.modules.map((name) => ({ name, description: '', class: [] })),
  hosts: () =>
    [...launcher.hosts()].map(({ host }) => {
      const own = [...scheduler.processes].filter((process) => process.host === host)
      return {
        id: host.id,
        workers: 1,
        processes: host.alive,
        executed: own.reduce((steps, process) => steps + process.steps, 0),
        stolen: 0,
        queue_depth: own.filter(({ state }) => state === 'ready').length,
      }
    }),
  processes: (id) =>
    [...scheduler.processes]
      .filter(({ host }) => host.id === id)
      .map(({ pid, entry, state, steps, startedAt, parent, fuel, mailbox }) => ({
        pid,
        host: id,
        source: entry,
        state,
        steps,
        started_at: nanoseconds(startedAt),
        ...(parent === null ? {} : { parent }),
        stats: { fuel, mailbox: mailbox.messages },
      })),
  services: () =>
    [...supervisor.services()].map(([id, { state, retries, error }]) => ({
      id,
      status: state,
      desired: state === 'stopped' || state === 'unknown' ? 'stopped' : 'running',
      retry_count: retries,
      last_update: 0,
      started_at: 0,
      ...(error ? { details: error.text } : {}),
    })),
  nodes: () => [{ id: machineFigures().hostname, is_local: true }],
  leader: () => '',
  raft: () => null,
  exit,
})
