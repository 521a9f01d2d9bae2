// The host half of `process`: spawning, links, monitors, names, cancel, terminate, upgrade.

import { Kind, WippyError } from '../error.ts'
import { Scope } from '../kernel/names.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { isFields } from '../registry/entry.ts'
import type { Reply } from '../request.ts'
import type { Credentials } from './credentials.ts'
import { type FirstMessage, firstMessages } from './first-messages.ts'
import type { DurableLauncher, Launcher } from './launcher.ts'
import { replyOf } from './outcome.ts'
import { setUpgradable } from './outdated.ts'
import type { Permits } from './permit.ts'
import type { Call, Service } from './service.ts'
import { contextOf } from './spawn-options.ts'

const OPTIONS: readonly unknown[] = ['trap_links', 'upgradable']
const HOW = ['spawn', 'spawn_monitored', 'spawn_linked', 'spawn_linked_monitored', 'exec']

const refused = (code: string, kind: Kind, message: string, details?: Readonly<Record<string, unknown>>): WippyError =>
  new WippyError(code, kind, message, { retryable: false, details })

const scopeOf = (value: unknown): Scope => {
  const scope = Object.values(Scope).find((known) => known === value)
  if (scope !== undefined) return scope
  throw refused('SCOPE_UNKNOWN', Kind.Invalid, `there is no scope ${String(value)}`)
}

export type ProcessServiceOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly credentials: Credentials
  readonly permits: Permits
}

export const processService = ({ scheduler, launcher, credentials, permits }: ProcessServiceOptions): Service => {
  const { delivery, names } = scheduler
  const own = ({ caller }: Call): Process => delivery.find(caller.pid)

  /** A pid or a registered name. */
  const pidOf = (text: string): Pid => {
    const pid = delivery.resolve(text)
    if (pid) return pid
    throw refused('NAME_UNRESOLVED', Kind.NotFound, `could not resolve '${text}' as PID or registered name`)
  }

  const sendAll = (from: Pid, to: Pid, messages: readonly FirstMessage[]): void => {
    for (const { topic, payload } of messages) delivery.message(from, to, topic, payload)
  }

  /** What has the name already gets the messages, and is watched as a new one would have been. */
  const join = ({ caller }: Call, to: Pid, how: string, messages: readonly FirstMessage[]): void => {
    const from = caller.pid
    const need = (action: string): void => permits.need(caller, { action, resource: to, meta: { pid: from } })
    if (how.endsWith('monitored')) need('process.monitor')
    if (how.includes('linked')) need('process.link')
    if (messages.length > 0 && to !== from) need('process.send')
    if (how.endsWith('monitored') && !scheduler.links.watchersOf(to).has(from)) scheduler.monitor(from, to)
    if (how.includes('linked')) scheduler.link(from, to)
    sendAll(from, to, messages)
  }

  const start = (call: Call, host: string, how: string, options: unknown, args: Uint8Array): Process =>
    launcher.spawn({
      entry: call.target,
      host,
      args,
      context: contextOf(call.caller, options, credentials),
      parent: call.caller.pid,
      monitor: how.endsWith('monitored'),
      link: how.includes('linked'),
    })

  const spawn = (call: Call): readonly unknown[] | Promise<readonly unknown[] | Reply> => {
    const durable = launcher.durableFor(launcher.processEntry(call.target))
    if (durable) return durable.spawn(call)
    const { head, rest } = split(call.raw, 3)
    const [host, how, options] = head
    if (typeof host !== 'string' || typeof how !== 'string' || !HOW.includes(how))
      throw refused('SPAWN_INVALID', Kind.Invalid, 'no such spawn')
    const { caller } = call
    const wanted = isFields(options) ? options : {}
    const messages = firstMessages(wanted.messages)
    const name = typeof wanted.name === 'string' ? wanted.name : null
    const known = name === null || how === 'exec' ? undefined : names.lookup(name)
    if (known) {
      join(call, known, how, messages)
      return [known]
    }
    const process = start(call, host, how, options, rest)
    try {
      if (name !== null) names.register(name, process.pid)
      sendAll(caller.pid, process.pid, messages)
    } catch (error) {
      scheduler.links.unlink(caller.pid, process.pid) // its end is nobody's business
      scheduler.links.unmonitor(caller.pid, process.pid)
      scheduler.terminate(process.pid)
      throw error
    }
    return how === 'exec' ? result(call, process) : [process.pid]
  }

  /** How the process ends; when the caller ends first, so does the process. */
  const result = ({ caller }: Call, process: Process): Promise<Reply> =>
    new Promise((resolve) => {
      const forget = caller.onEnd(() => {
        if (scheduler.processes.find(process.pid)) scheduler.terminate(process.pid)
      })
      scheduler.onExit(process.pid, (exit) => {
        forget()
        resolve(replyOf(exit))
      })
    })

  const upgrade = (call: Call): readonly unknown[] => {
    const process = own(call)
    if (launcher.isCall(process)) throw refused('UPGRADE_FUNCTION', Kind.Invalid, 'a function cannot be upgraded')
    scheduler.upgrade(process, launcher.successor(process, call.target || process.entry, call.raw))
    return [true]
  }

  const register = (call: Call): readonly unknown[] => {
    const [text, scope] = call.args
    const owner = (text === '' ? call.caller.pid : text) as Pid
    if (typeof owner !== 'string' || !scheduler.processes.find(owner)) {
      throw refused('PROCESS_NOT_FOUND', Kind.NotFound, `process ${String(owner)} not found`)
    }
    names.register(call.target, owner, scopeOf(scope))
    return [true]
  }

  const lookup = ({ target }: Call): readonly unknown[] => {
    const pid = names.lookup(target)
    if (pid) return [pid]
    throw refused('NAME_NOT_REGISTERED', Kind.NotFound, 'name not registered', { name: target })
  }

  const setOptions = (call: Call): readonly unknown[] => {
    const [options] = call.args
    const all = options instanceof Map ? [...options] : Object.entries(isFields(options) ? options : {})
    for (const [key, value] of all) {
      if (!OPTIONS.includes(key)) throw refused('OPTION_UNKNOWN', Kind.Invalid, `option ${String(key)} is not supported`)
      if (typeof value !== 'boolean') throw refused('OPTION_INVALID', Kind.Invalid, `option ${key} is true or false`)
    }
    const wanted = Object.fromEntries(all)
    const process = own(call)
    process.trapLinks = wanted.trap_links ?? process.trapLinks
    if (wanted.upgradable !== undefined) setUpgradable(scheduler, process, wanted.upgradable)
    return [true]
  }

  const terminate = ({ target }: Call): readonly unknown[] | Promise<readonly unknown[]> => {
    const pid = pidOf(target)
    const process = scheduler.processes.find(pid)
    if (launcher.durable === null || (process !== null && process.commit === null)) {
      scheduler.terminate(pid)
      return [true]
    }
    return launcher.durable.terminate(pid).then((isDurable) => {
      if (!isDurable) scheduler.terminate(pid)
      return [true]
    })
  }

  const toward =
    (act: (from: Pid, to: Pid, call: Call) => void) =>
    (call: Call): readonly unknown[] => {
      act(call.caller.pid, pidOf(call.target), call)
      return [true]
    }

  /** The same, which takes longer for a durable process. */
  const watching =
    (act: (from: Pid, to: Pid) => void, actLater: (watchers: DurableLauncher['watchers'], from: Pid, to: Pid) => Promise<void>) =>
    (call: Call): readonly unknown[] | Promise<readonly unknown[]> => {
      const [from, to] = [call.caller.pid, pidOf(call.target)]
      const { durable } = launcher
      if (durable?.owns(to)) return actLater(durable.watchers, from, to).then(() => [true])
      act(from, to)
      return [true]
    }

  return {
    name: 'process',
    operations: {
      'process.spawn': spawn,
      'process.upgrade': upgrade,
      'process.terminate': terminate,
      'process.cancel': toward((from, to, { args }) => delivery.cancel(to, typeof args[0] === 'string' ? args[0] : '', from)),
      'process.monitor': watching(
        (from, to) => scheduler.monitor(from, to),
        (watchers, from, to) => watchers.monitor(from, to),
      ),
      'process.unmonitor': toward((from, to) => scheduler.unmonitor(from, to)),
      'process.link': watching(
        (from, to) => scheduler.link(from, to),
        (watchers, from, to) => watchers.link(from, to),
      ),
      'process.unlink': watching(
        (from, to) => scheduler.unlink(from, to),
        async (watchers, from, to) => watchers.unlink(from, to),
      ),
      'process.network': () => [true], // whether it is allowed is all that is asked; `contextOf` takes it with what is started
      'process.get_options': (call) => {
        const { trapLinks, upgradable } = own(call)
        return [{ trap_links: trapLinks, upgradable }]
      },
      'process.set_options': setOptions,
      'process.registry.register': register,
      'process.registry.lookup': lookup,
      'process.registry.unregister': ({ target, args, caller }) => [names.unregister(target, scopeOf(args[0]), caller.pid)],
    },
  }
}
