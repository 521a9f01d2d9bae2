// The feature that makes processes durable: journals in the state of the node, and the way in and out of what has one.

import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { Kind, WippyError } from '../error.ts'
import { defaultLimits } from '../kernel/host.ts'
import { decode } from '../msgpack.ts'
import type { Program } from '../program.ts'
import { type Fields, fieldsOf, isFields } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import { type Parse, Settings } from '../registry/settings.ts'
import { parseDuration, parseSize } from '../registry/units.ts'
import { Activities } from '../service/activities.ts'
import { activityService } from '../service/activity.ts'
import { within } from '../service/drain.ts'
import { type Launcher, WORKFLOW_HOSTS } from '../service/launcher.ts'
import { limitsOf } from '../service/limits.ts'
import type { Log } from '../service/logger.ts'
import { declaredBy, Schedules } from '../service/schedules.ts'
import type { Context } from '../service/service.ts'
import { contextFromBytes } from '../service/stored-start.ts'
import { workflowService } from '../service/workflow.ts'
import { WorkflowAsks } from '../service/workflow-asks.ts'
import { WorkflowMonitors } from '../service/workflow-monitors.ts'
import { Workflows } from '../service/workflows.ts'
import { buildName } from '../vm/module.ts'
import { Durables } from '../workflow/durables.ts'
import type { Engine } from '../workflow/engine.ts'
import { LmdbEngine } from '../workflow/lmdb.ts'
import { Retention } from '../workflow/retention.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'
import { Recent } from './recent.ts'
import { ENGINE_SETTINGS, type EngineGround, isEmbedded, openShared } from './workflow-engine.ts'

const CLIENT = 'temporal.client'
const SHORTEST_LEASE_MS = 1000
const ENDED_MS = 7 * 24 * 3_600_000 // for which what has ended is kept
const STOP_MS = 10_000 // for all that workflows wait for when the node ends
const PROGRAMS = 100 // kept ready: bodies of one program share its image

/**
 * `workflow.host` entries, and `temporal.worker`, which means the same here. What runs there goes on when the host is gone. A `temporal.client`
 * is taken in, so that others may name it; nobody calls it. A workflow may have a schedule.
 */
const kinds = (launcher: Launcher, schedules: Schedules, log: Log): Handler => ({
  kinds: [...WORKFLOW_HOSTS, CLIENT, 'workflow.lua'],
  prepare: ({ kind, entry }) => {
    if (kind === 'entry.delete') return
    if (entry.kind === 'workflow.lua') declaredBy(entry)
    else if (entry.kind !== CLIENT) limitsOf(entry, defaultLimits)
  },
  commit: ({ kind, entry }) => {
    if (entry.kind === 'workflow.lua') return void (kind === 'entry.delete' ? schedules.forget(entry) : schedules.follow(entry))
    if (entry.kind === CLIENT) {
      const { address } = fieldsOf(entry)
      if (kind !== 'entry.delete')
        log.record('warn', entry.id, 'no Temporal server is contacted: workflows run in this node', { address: String(address) })
      return
    }
    if (kind === 'entry.delete') launcher.removeHost(entry.id)
    else launcher.setHost(entry)
  },
})

const whole: Parse = (value) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value
  throw new WippyError('WORKFLOW_SETTING', Kind.Invalid, `${inspect(value)} is no whole number`, {
    hint: 'Write a whole number of 0 or more.',
  })
}

const leaseOf: Parse = (value) => {
  const ms = parseDuration(value)
  if (ms >= SHORTEST_LEASE_MS) return ms
  throw new WippyError('WORKFLOW_SETTING', Kind.Invalid, `${inspect(value)} is too short`, { hint: 'Write 1s or more.' })
}

/**
 * `workflow: { checkpoint: { records: 100, size: 256KiB }, kept: 1000, retention: { ended: 7d }, lease: 6s }`; `ended: 0` or `none`: for ever.
 */
const SETTINGS: Readonly<Record<string, Parse>> = {
  ...Object.fromEntries(ENGINE_SETTINGS.map((name) => [name, (value: unknown) => value])),
  'checkpoint.records': whole,
  'checkpoint.size': parseSize,
  kept: whole,
  'retention.ended': (value) => (value === 'none' ? 0 : parseDuration(value)),
  lease: leaseOf,
}

/** Throws WORKFLOW_SETTING. */
const settingsOf = (section: Fields): Settings => {
  const settings = new Settings(SETTINGS)
  settings.take(section, {})
  const [wrong] = [...settings.problems, ...settings.warnings]
  if (wrong)
    throw new WippyError('WORKFLOW_SETTING', Kind.Invalid, `in "workflow": ${wrong.message}`, { hint: wrong.hint, retryable: false })
  return settings
}

const known = new WeakMap<Parts, Workflows>()

/** The workflows of a node. Throws WORKFLOWS_NONE when nothing in its app can be one. */
export const workflowsOf = (parts: Parts): Workflows => {
  const workflows = known.get(parts)
  if (workflows) return workflows
  throw new WippyError('WORKFLOWS_NONE', Kind.NotFound, 'this app has no workflows', {
    retryable: false,
    hint: 'Add an entry of kind workflow.host, and one of kind workflow.lua.',
  })
}

const engineOf = async (parts: Parts): Promise<Engine> => {
  const { config, state, journals } = parts
  if (journals !== null) return journals
  return isEmbedded(config) ? new LmdbEngine(await state.owned()) : shared(parts)
}

const groundOf = ({ entries, environment, clock, log, report }: Parts): EngineGround => ({
  entries: () => entries,
  lookup: async (all) => (await environment()).lookup(new Map(all.map((entry) => [entry.id, entry]))),
  clock,
  report,
  restored: () => log.record('info', 'workflow', 'the database of workflows is back'),
})

/** What kept the engine from being opened. While a node starts that is not tried again with each entry that needs it. */
const refusals = new WeakMap<Parts, unknown>()

const shared = async (parts: Parts): Promise<Engine> => {
  if (parts.isStarting() && refusals.has(parts)) throw refusals.get(parts)
  try {
    return await openShared(parts.config, groundOf(parts))
  } catch (error) {
    refusals.set(parts, error)
    throw error
  }
}

export const buildWorkflows = async (parts: Parts): Promise<Built> => {
  const { scheduler, registry, launcher, clock, log, door, config, credentials, authority, guard, report } = parts
  const { workflow } = config.sections
  const settings = settingsOf(isFields(workflow) ? workflow : {})
  const endedMs = settings.get('retention.ended', ENDED_MS)
  const engine = await engineOf(parts)
  const programs = new Recent<Program>(PROGRAMS)
  const programIn = (bytes: Uint8Array): Program =>
    programs.get(createHash('sha256').update(bytes).digest('hex'), () => decode(bytes) as Program)
  const durables: Durables = new Durables({
    engine,
    scheduler: () => scheduler,
    clock,
    runtime: buildName(),
    makeBody: (code, limits) => launcher.body(programIn(code), limits),
    hostOf: (id) => workflows.hostOf(id),
    contextOf: contextFromBytes,
    begins: (head) => schedules.begins(head),
    unbegun: (card) => schedules.unbegun(card),
    mayCancel: ({ pid, entry, context }, to) => guard.permit({ pid, entry, context: context as Context }, 'process.cancel', to, { pid }),
    resumed: (run) => monitors.resume(run),
    over: (id) => monitors.over(id),
    report,
    checkpoints: { everyRecords: settings.get('checkpoint.records', 100), everyBytes: settings.get('checkpoint.size', 256 * 1024) },
    kept: settings.get('kept', 1000),
    leaseMs: settings.get('lease', 6000),
    ...(endedMs > 0 && { keptMs: endedMs }),
  })
  const retention = new Retention({ engine, programs: durables.programs, clock, endedMs, report, isOurs: () => durables.isFirst })
  const workflows: Workflows = new Workflows(durables, { scheduler, launcher, credentials, clock, operator: authority.operator })
  const schedules: Schedules = new Schedules({ durables, workflows, launcher, registry, clock, operator: authority.operator, report })
  scheduler.delivery.post = durables.post
  launcher.durable = workflows
  const activities = new Activities({ scheduler, registry, clock, operation: (op) => door.operation(op), sure: () => durables.sure() })
  const monitors: WorkflowMonitors = new WorkflowMonitors(durables, { scheduler, clock, report })
  const operation = (op: string) => door.operation(op)
  door.diversion = new WorkflowAsks({ durables, workflows, activities, monitors, operation, scheduler, launcher, credentials })
  known.set(parts, workflows)
  await durables.join()
  return {
    services: [workflowService(durables, scheduler), activityService(activities)],
    handler: kinds(launcher, schedules, log),
    begin: async () => {
      await durables.boot()
      await schedules.begin()
      if (endedMs > 0) retention.begin()
      return []
    },
    halt: async (options) => {
      monitors.stop()
      const stopped = Promise.all([retention.stop(), durables.stop(options)])
      await within(clock, STOP_MS, stopped) // a database that is away is not waited for: nothing that is not durable has left the node
    },
    stop: async () => void (parts.journals === null && (await engine.close())),
  }
}
