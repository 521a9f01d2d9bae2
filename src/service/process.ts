// The host half of `process`: spawning, links, monitors, names, cancel, terminate, upgrade.

import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import type { Scope } from '../kernel/names.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { decodeAll, encodeAll, split } from '../msgpack.ts'
import { type Pid, parsePid } from '../pid.ts'
import { isFields } from '../registry/entry.ts'
import type { Reply } from '../request.ts'
import type { Launcher } from './launcher.ts'
import type { Call, Service } from './service.ts'
import { contextOf } from './spawn-options.ts'

const HOW = ['spawn', 'spawn_monitored', 'spawn_linked', 'spawn_linked_monitored', 'exec']

/** The error of an abnormal end: the runtime's own, or the one in the payload. */
export const errorOf = (exit: Exit): WippyError => {
  if (exit.error) return exit.error
  const [, error] = decodeAll(exit.payload)
  return error instanceof WippyError ? error : new WippyError('PROCESS_FAILED', Kind.Internal, String(error ?? 'process failed'))
}

/** How a process ended, as the answer to who waited for it. */
export const replyOf = (exit: Exit): Reply => (exit.ok ? { ok: true, values: exit.payload } : { ok: false, error: errorOf(exit) })

export const processService = (scheduler: Scheduler, launcher: Launcher): Service => {
  const own = ({ caller }: Call): Process => scheduler.delivery.find(caller.pid)

  /** A pid or a registered name. */
  const pidOf = (text: string): Pid => {
    const pid = scheduler.delivery.resolve(text)
    if (pid) return pid
    throw new WippyError('NAME_UNRESOLVED', Kind.NotFound, `could not resolve '${text}' as PID or registered name`, { retryable: false })
  }

  const sendAll = (from: Pid, to: Pid, messages: unknown): void => {
    if (!Array.isArray(messages)) return
    for (const message of messages) {
      if (!isFields(message) || typeof message.topic !== 'string') continue
      const { topic, payload } = message
      scheduler.delivery.message(from, to, topic, typeof payload === 'string' ? Buffer.from(payload) : (payload as Uint8Array))
    }
  }

  const spawn = (call: Call): readonly unknown[] | Promise<Reply> => {
    const { head, rest } = split(call.raw, 3)
    const [host, how, options] = head as [string, string, unknown]
    if (!HOW.includes(how)) throw new WippyError('SPAWN_UNKNOWN', Kind.Invalid, `there is no way to spawn called ${how}`)
    const { caller, target } = call
    const wanted = isFields(options) ? options : {}
    const name = typeof wanted.name === 'string' ? wanted.name : null
    const known = name === null ? undefined : scheduler.names.lookup(name)
    if (known) {
      sendAll(caller.pid, known, wanted.messages)
      return [known]
    }
    const process = launcher.spawn({
      entry: target,
      host,
      args: rest,
      context: contextOf(caller.context, options),
      parent: caller.pid,
      monitor: how.endsWith('monitored'),
      link: how.includes('linked'),
    })
    if (name !== null) scheduler.names.register(name, process.pid)
    sendAll(caller.pid, process.pid, wanted.messages)
    if (how !== 'exec') return [process.pid]
    return finished(scheduler, process, call)
  }

  const upgrade = (call: Call): readonly unknown[] => {
    const process = own(call)
    const entry = launcher.processEntry(call.target === '' ? process.entry : call.target)
    scheduler.upgrade(process, { body: launcher.bodyOf(entry, process.host), entry: entry.id, args: call.raw })
    return [true]
  }

  const register = (call: Call): readonly unknown[] => {
    const [pid, scope] = call.args as [string, Scope]
    const owner = pid === '' ? call.caller.pid : (pid as Pid)
    if (parsePid(owner) === null || !scheduler.processes.find(owner)) {
      throw new WippyError('PROCESS_NOT_FOUND', Kind.NotFound, `process ${owner} not found`, { retryable: false })
    }
    scheduler.names.register(call.target, owner, scope)
    return [true]
  }

  const lookup = ({ target }: Call): readonly unknown[] => {
    const pid = scheduler.names.lookup(target)
    if (pid) return [pid]
    throw new WippyError('NAME_NOT_REGISTERED', Kind.NotFound, 'name not registered', { retryable: false, details: { name: target } })
  }

  const setOptions = (call: Call): readonly unknown[] => {
    const [options] = call.args
    const entries = options instanceof Map ? [...options] : Object.entries(isFields(options) ? options : {})
    for (const [key, value] of entries) {
      if (key !== 'trap_links') throw new WippyError('OPTION_UNKNOWN', Kind.Invalid, `option ${String(key)} is not supported`, { retryable: false })
      own(call).trapLinks = value === true
    }
    return [true]
  }

  const toward = (act: (from: Pid, to: Pid, call: Call) => void) => (call: Call): readonly unknown[] => {
    act(call.caller.pid, pidOf(call.target), call)
    return [true]
  }

  return {
    name: 'process',
    operations: {
      'process.spawn': spawn,
      'process.upgrade': upgrade,
      'process.terminate': toward((_, to) => scheduler.terminate(to)),
      'process.cancel': toward((from, to, { args }) => scheduler.delivery.cancel(to, typeof args[0] === 'string' ? args[0] : '', from)),
      'process.monitor': toward((from, to) => scheduler.monitor(from, to)),
      'process.unmonitor': toward((from, to) => scheduler.unmonitor(from, to)),
      'process.link': toward((from, to) => scheduler.link(from, to)),
      'process.unlink': toward((from, to) => scheduler.unlink(from, to)),
      'process.get_options': (call) => [{ trap_links: own(call).trapLinks }],
      'process.set_options': setOptions,
      'process.registry.register': register,
      'process.registry.lookup': lookup,
      'process.registry.unregister': ({ target, args, caller }) => [scheduler.names.unregister(target, args[0] as Scope, caller.pid)],
    },
  }
}

/** Resolves when the process has ended; when the caller ends first, so does the process. */
export const finished = (scheduler: Scheduler, process: Process, { caller }: Call): Promise<Reply> =>
  new Promise((resolve) => {
    const forget = caller.onEnd(() => {
      if (scheduler.processes.find(process.pid)) scheduler.terminate(process.pid)
    })
    scheduler.onExit(process.pid, (exit) => {
      forget()
      resolve(replyOf(exit))
    })
  })

export const noArguments = encodeAll([])
