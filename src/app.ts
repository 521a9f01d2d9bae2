// A node: the one place where the parts are put together.
//
//   config → entries → registry (handlers take each kind in) → hosts → services → running
//   processes ask → door → guard → service → reply

import { setImmediate as nextTurn } from 'node:timers/promises'
import { announceServices, announceVersions } from './app/announce.ts'
import { type Command, type ExecuteOptions, execution } from './app/execution.ts'
import { Features } from './app/feature.ts'
import { features as table } from './app/features.ts'
import { lateParts, telemetryOf } from './app/late-parts.ts'
import type { Parts } from './app/parts.ts'
import { pumping } from './app/pump.ts'
import { shutDown } from './app/shutdown.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { place, WippyError } from './error.ts'
import { defaultLimits, type HostLimits } from './kernel/host.ts'
import { Scheduler } from './kernel/scheduler.ts'
import { Supervisor } from './kernel/supervisor.ts'
import { type Loader, StateFolder } from './lmdb/state-folder.ts'
import { encode } from './msgpack.ts'
import { componentsHandler } from './registry/components.ts'
import { isFields } from './registry/entry.ts'
import type { Following, Swap } from './registry/follow.ts'
import { type History, memoryHistory } from './registry/history.ts'
import { Registry } from './registry/registry.ts'
import { SourceTree } from './registry/source-tree.ts'
import { StoredHistory } from './registry/stored-history.ts'
import { Audit } from './service/audit.ts'
import { Authority, emptyGroups } from './service/authority.ts'
import { Callees } from './service/callees.ts'
import { Credentials } from './service/credentials.ts'
import { Door, hasTerminal } from './service/door.ts'
import { EventBus } from './service/events.ts'
import { Guard } from './service/guard.ts'
import { hostsHandler } from './service/hosts.ts'
import { Launcher } from './service/launcher.ts'
import { logEvent } from './service/log-events.ts'
import { LogObserver } from './service/log-observer.ts'
import { LogTail } from './service/log-tail.ts'
import { createLog, type Log } from './service/logger.ts'
import { LuaKinds } from './service/lua-kinds.ts'
import { markOutdated } from './service/outdated.ts'
import { Policies } from './service/policies.ts'
import { processKind } from './service/process-kind.ts'
import { Refusals } from './service/refusals.ts'
import { Services } from './service/services.ts'
import { Bodies } from './vm/bodies.ts'
import type { Engine } from './workflow/engine.ts'

const STAY_MS = 1 << 30 // a node without timers and sockets stays up all the same

export type Node = {
  readonly config: Config
  readonly registry: Registry
  readonly scheduler: Scheduler
  /** What it is made of, for the layers above. */
  readonly parts: Parts
  /** Entries that were not started, each with its place; the others run. */
  readonly problems: readonly WippyError[]
  /** Services without which it should not run (`lifecycle.startup`), and that could not be started; they may be tried again. */
  readonly unstarted: readonly string[]
  readonly warnings: readonly WippyError[]
  commands(): readonly Command[]
  /**
   * Runs a process entry on a terminal host (the only one, or `host`); resolves with its exit code: a number it returned, 0 for nothing
   * or true, 1 for false or an error. A workflow has no terminal: it runs on a workflow host, and does not end with the node. Throws
   * HOST_NOT_FOUND, HOST_AMBIGUOUS, and what spawning throws.
   */
  execute(entry: string, args: readonly string[], options: ExecuteOptions): Promise<number>
  /** A file of the app that was saved since the start, or is from now on, is a change of the registry; `swapped` hears of it. Ends with the node. */
  follow(swapped: (swap: Swap) => void): Promise<void>
  /** The exit code, once `system.exit` wants the node to end, or `stop` has ended it. */
  readonly ended: Promise<number>
  /**
   * Stops services, those that others require last, then asks every other process to end; what is left when the configured time is over is
   * ended by force. `now`: at once. Resolves when no process is left.
   */
  stop(options?: { readonly now?: boolean }): Promise<void>
}

export type BootOptions = {
  readonly log?: Log
  readonly clock?: Clock
  readonly load?: Loader
  /** Entries are only looked at: nothing is connected to, nothing starts, and `problems` is all there is to be had. */
  readonly trial?: boolean
  /** Nothing of it stays: what it would write down by itself is in memory. */
  readonly passing?: boolean
  /** Where its workflows are, instead of where the configuration says. Whoever gives it closes it. */
  readonly journals?: Engine
}

/** Whether `known` says the same of the same entry, or of a circle that the entry is in. */
const isSaidIn = (known: readonly WippyError[], { code, where }: WippyError): boolean =>
  known.some((other) => {
    const cycle = other.details?.cycle
    return other.code === code && (other.where?.entry === where?.entry || (Array.isArray(cycle) && cycle.includes(where?.entry)))
  })

const historyOf = ({ root, registry: { history, keep } }: Config, state: StateFolder, clock: Clock): History => {
  const now = (): number => Math.round(clock.nowMs())
  if (history === 'durable') return new StoredHistory({ state, root, now, keep })
  return memoryHistory(now(), history === 'none' ? 1 : keep)
}

/** The log that is used when nobody gives one. */
const standardLog = ({ logger }: Config, clock: Clock): Log =>
  createLog({
    write: (line) => void process.stderr.write(line),
    now: () => clock.nowMs(),
    format: logger.encoding,
    level: logger.level,
  })

/** What a process may use on a host that does not say. */
const limitsOf = ({ limits: { memoryBytes, fuel, hardFuel, mailboxMessages, mailboxBytes } }: Config): HostLimits => ({
  ...defaultLimits,
  memoryBytes,
  fuel,
  hardFuel,
  mailbox: { messages: mailboxMessages, bytes: mailboxBytes, policy: 'refuse' },
})

/** Brings a node to life. Problems with single entries are in `problems`; it throws only for what leaves nothing to run. */
export const boot = async (config: Config, options: BootOptions = {}): Promise<Node> => {
  const { clock = systemClock, trial = false } = options
  const tail = new LogTail()
  const log = tail.over(options.log ?? standardLog(config, clock))
  const report = (error: unknown): void => {
    const { text, where, frame } = error instanceof WippyError ? error : { text: String(error) }
    log.record('error', 'node', text, { ...(where && { at: place(where) }), ...(frame && { stack: frame }) })
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<number>()

  const tree = new SourceTree(config)
  const { entries, problems: sourceProblems, warnings: sourceWarnings } = tree.baseline
  const state = new StateFolder(config.state, { load: options.load })
  const registry = new Registry({ history: historyOf(config, state, clock), now: () => clock.nowMs(), report })

  // kernel
  const nowMs = (): number => clock.nowMs()
  const wake = pumping(() => scheduler, nowMs)

  // who may do what
  const policies = new Policies(registry)
  const audit = new Audit({ state: options.passing ? null : state, clock, log })
  const refusals = new Refusals((pid) => scheduler.budgetOf(pid))
  const world = { resolve: (name: string) => scheduler.delivery.resolve(name) }
  const guard = new Guard({ policies, audit, world, refused: refusals.note })
  const authority = new Authority(policies, config.security)
  const credentials = new Credentials()

  const door: Door = new Door({
    delivery: () => scheduler.delivery,
    guard: guard.check,
    report: (error, op) => log.record('error', 'door', `${op} failed`, { error: String(error) }),
  })
  const logged = new LogObserver(log, (process) => hasTerminal(process) || launcher.isCall(process))
  const { telemetry = null, problem: untraced = null } = trial
    ? {}
    : await telemetryOf(config, { clock, log, observer: logged, isCall: (process) => launcher.isCall(process) })
  const scheduler: Scheduler = new Scheduler({
    encodeError: encode,
    door: door.ask,
    node: config.name ?? '',
    observer: telemetry?.observer ?? logged,
    sends: guard.sends,
    ready: wake,
  })

  // entries to processes
  const bodies = new Bodies()
  const launcher: Launcher = new Launcher({
    scheduler,
    registry,
    authority,
    makeBody: (program, limits) => bodies.make(program, limits),
    limits: limitsOf(config),
    node: config.name ?? '',
    nowMs,
  })
  const bus = new EventBus(report)
  const { logmanager } = config.sections
  if (!isFields(logmanager) || logmanager.stream_to_events !== false)
    tail.follow((record) => bus.publish('logs', 'logs.entry', record.source, logEvent(record)))
  const supervisor = new Supervisor({
    setTimer: (ms, fn) => clock.setTimer(ms, fn),
    random: Math.random,
    changed: announceServices(bus, log),
  })
  const problems: WippyError[] = [...(untraced ? [untraced] : []), ...sourceProblems]
  let isUp = false
  let isBooted = false
  const problem = (error: WippyError): void => (isBooted ? report(error) : void problems.push(error))
  const services = new Services({ scheduler, supervisor, report: problem })

  const late = lateParts({ config, clock, policies, trial, report, parts: () => parts })
  const parts: Parts = {
    config,
    clock,
    log,
    tail,
    state,
    entries,
    registry,
    scheduler,
    launcher,
    supervisor,
    services,
    door,
    callees: new Callees(),
    bus,
    guard,
    permit: guard.permit,
    policies,
    authority,
    credentials,
    audit,
    refusals,
    tracing: telemetry?.tracing ?? null,
    ...late,
    isStarting: () => !isUp,
    trial,
    journals: options.journals ?? null,
    load: (entry) => features.loadFor(entry),
    random: Math.random,
    exit: end,
    problem,
    report,
  }
  const features: Features = new Features(table, parts)
  registry.subscribe(announceVersions(bus))

  // entries come to life
  const code = new LuaKinds({
    load: (entry) => features.loadFor(entry),
    make: async (program, isCalled) => {
      if (trial) return bodies.check(program)
      if (!isUp) return // what the start takes in is made when it is needed
      await nextTurn()
      if (isCalled) await bodies.prepare(program, nextTurn)
      else bodies.check(program)
      await nextTurn()
    },
    typeSystem: config.typeSystem,
    isCalled: (id) => launcher.isCalled(id),
  })
  registry.subscribe(({ changes }) => markOutdated(scheduler, code.outdatedBy(changes)))
  const components = componentsHandler(() => isUp)
  const processes = services.handler(processKind(launcher, authority))
  const handlers = [policies.handler, hostsHandler(launcher, scheduler, clock), code.handler, processes, components]
  for (const handler of [...features.handlers(), ...handlers]) registry.kinds.add(handler)
  const unread = new Set(sourceProblems.flatMap(({ where }) => where?.file ?? []))
  const booted = await (trial ? registry.survey(entries) : registry.boot(entries, unread))
  problems.push(...booted.problems.filter((problem) => problem.where?.entry === undefined || !isSaidIn(sourceProblems, problem)))
  const unstarted = trial ? [] : [...(await services.startAll())]
  isUp = true
  await telemetry?.begin(late.meters)
  if (!trial) unstarted.push(...(await features.begin()))
  isBooted = true
  const stay = setInterval(() => {}, STAY_MS)

  const { commands, execute } = execution({ registry, launcher, scheduler, authority, log })

  const followings = new Set<Following>()
  const followFiles: Node['follow'] = async (swapped) => {
    const { follow } = await import('./registry/follow.ts')
    followings.add(follow({ tree, registry, swapped, report }))
  }

  const stop: Node['stop'] = async ({ now = false } = {}) => {
    await Promise.all([...followings].map((following) => following.close()))
    await shutDown({ parts, features, telemetry }, now)
    clearInterval(stay)
    end(0)
  }

  return {
    config,
    registry,
    scheduler,
    parts,
    problems,
    unstarted,
    warnings: [...sourceWarnings, ...emptyGroups(entries), ...booted.warnings],
    commands,
    execute,
    follow: followFiles,
    ended,
    stop,
  }
}
