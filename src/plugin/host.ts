// What a plugin asks of the node (wit/runtime.wit): guarded as Lua is, by what the plugin was granted, and in the audit under its name.

import { setImmediate } from 'node:timers/promises'
import { Kind, WippyError } from '../error.ts'
import { whenGone } from '../gone.ts'
import { jsonLine } from '../json.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { formatPid, type Pid } from '../pid.ts'
import { matches } from '../registry/glob.ts'
import type { Registry } from '../registry/registry.ts'
import { scopeOf } from '../security/scope.ts'
import type { Door } from '../service/door.ts'
import type { Guard } from '../service/guard.ts'
import type { Level } from '../service/log-line.ts'
import type { Log } from '../service/logger.ts'
import type { Caller } from '../service/service.ts'
import { type HostAnswer, type HostAsk, LONGEST, LONGEST_LINE } from './host-ask.ts'

/** For whom something is asked: the plugin, its rights, who called it, and until when anybody waits. */
export type Asker = {
  readonly plugin: string
  readonly rights: readonly string[]
  readonly by: Pid | null
  readonly gone: AbortSignal
}

const MOST_IDS = 10_000
const SLICE = 500 // entries
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error']

export type HostOptions = { readonly door: Door; readonly guard: Guard; readonly registry: Registry; readonly log: Log }

export class PluginHost {
  readonly #options: HostOptions

  constructor(options: HostOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async answer(asker: Asker, ask: HostAsk): Promise<HostAnswer> {
    try {
      return { value: await this.#answer(asker, ask) }
    } catch (error) {
      if (error instanceof WippyError) return { error: error.text }
      this.#options.log.record('error', asker.plugin, 'the node failed to answer it', { error: String(error) })
      return { error: 'this failed within the runtime' }
    }
  }

  #answer(asker: Asker, ask: HostAsk): unknown {
    const { guard, registry, log } = this.#options
    const caller = callerOf(asker)
    switch (ask.op) {
      case 'call':
        return this.#call(caller, ask)
      case 'get': {
        guard.need(caller, { action: 'registry.get', resource: ask.id })
        const { id, kind, meta, data } = registry.snapshot().need(ask.id)
        return jsonLine({ id, kind, meta, data })
      }
      case 'list':
        return this.#list(caller, ask.kind)
      default:
        if (LEVELS.includes(ask.level)) log.record(ask.level as Level, asker.plugin, ask.message.slice(0, LONGEST_LINE))
        return null
    }
  }

  /** In slices: others have their turn between them. */
  async #list(caller: Caller, pattern: string): Promise<readonly string[]> {
    const { guard, registry } = this.#options
    const found: string[] = []
    let looked = 0
    for (const { id, kind } of registry.snapshot().entries()) {
      if (++looked % SLICE === 0) await setImmediate()
      if (matches(pattern, kind) && guard.permit(caller, 'registry.get', id)) found.push(id)
      if (found.length === MOST_IDS) break
    }
    return found
  }

  async #call(caller: Caller, { target, form, input }: HostAsk & { op: 'call' }): Promise<unknown> {
    if (input.length > LONGEST) throw invalid(`a call is given at most ${LONGEST} bytes`)
    const args = form === 'json' ? listIn(input) : [input]
    const call = {
      caller,
      op: 'funcs.call',
      target,
      tag: 1,
      raw: encodeAll([false, ...args]),
      key: null,
      attempt: null,
      args: [false, ...args],
    }
    const operation = await this.#options.door.operation('funcs.call')
    this.#options.guard.check(call)
    const answer = await operation(call)
    if ('ok' in answer && !answer.ok) throw answer.error
    const [value = null] = 'ok' in answer ? decodeAll(answer.values) : answer
    return valueIn(form, value, target)
  }
}

const invalid = (message: string): WippyError => new WippyError('PLUGIN_ASK', Kind.Invalid, message, { retryable: false })

const listIn = (text: string): readonly unknown[] => {
  try {
    const values: unknown = JSON.parse(text)
    if (Array.isArray(values)) return values
  } catch {
    // as bad as what is no list
  }
  throw invalid('the arguments are no JSON array')
}

const valueIn = (form: 'text' | 'bytes' | 'json', value: unknown, target: string): unknown => {
  if (form === 'json') return jsonLine(value)
  if (form === 'bytes' && (typeof value === 'string' || value instanceof Uint8Array)) return Buffer.from(value as Uint8Array)
  if (form === 'text' && typeof value === 'string') return value
  throw invalid(`"${target}" returned no ${form === 'text' ? 'text' : 'bytes'}`)
}

const callerOf = ({ plugin, rights, by, gone }: Asker): Caller => ({
  pid: by ?? formatPid('plugin', plugin),
  entry: plugin,
  host: 'plugin',
  context: { values: {}, actor: { id: plugin, meta: { plugin: true } }, scope: scopeOf([], rights) },
  terminal: null,
  onEnd: (free) => whenGone(gone, free),
  push: () => false,
  hasRoomFor: () => false,
})
