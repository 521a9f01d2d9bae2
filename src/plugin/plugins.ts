// The kinds of entries that are WebAssembly: taken in, exchanged, called.
//
//   P1 An entry is taken in when its component compiles and what it is allowed can be given; until then the former one answers.
//   P2 Calls under way are answered by the component they began with; its thread ends when the last of them has.
//   P3 A component that others name cannot be taken away from under them.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { Change, State } from '../registry/change.ts'
import { referencesOf } from '../registry/dependency.ts'
import { type Entry, resolveId } from '../registry/entry.ts'
import type { Handler, Kinds } from '../registry/kinds.ts'
import type { Reply } from '../request.ts'
import type { CalledBy } from '../service/callees.ts'
import { WASM_PROCESS } from '../service/wasm-process.ts'
import { didYouMean } from '../suggest.ts'
import type { Compiled } from './component.ts'
import { isCoreModule } from './core-module.ts'
import type { Asker } from './host.ts'
import type { HostAnswer, HostAsk } from './host-ask.ts'
import { checkMemory } from './instance.ts'
import { KindHandlers } from './kind-handlers.ts'
import type { Library } from './library.ts'
import { fileOf, grantsOf, hashOf, needText, pluginLimitsOf, readComponent } from './plugin-entry.ts'
import { PluginRunner, type Purse } from './runner.ts'

export const COMPONENT = 'plugin.component'
export const FUNCTION = 'plugin.function'
/** What `funcs.call` calls. */
export const CALLED = [COMPONENT, FUNCTION, 'function.wasm', 'function.wat'] as const

export type PluginsOptions = {
  readonly root: string
  readonly clock: Clock
  readonly library: Library
  readonly env: (name: string) => string | undefined
  /** Takes what a plugin prints. */
  readonly print: (entry: string, text: string) => void
  /** Answers what a plugin asks of the node. Never rejects. */
  readonly host: (asker: Asker, ask: HostAsk) => Promise<HostAnswer>
  readonly purse: Purse
  readonly kinds: Kinds
  readonly report: (error: unknown) => void
}

export class Plugins {
  readonly #options: PluginsOptions
  readonly #runners = new Map<string, PluginRunner>()
  readonly #prepared = new Map<string, PluginRunner>()
  readonly #handlers: KindHandlers

  constructor(options: PluginsOptions) {
    this.#options = options
    const runnerOf = (id: string): PluginRunner | undefined => this.#prepared.get(id) ?? this.#runners.get(id)
    this.#handlers = new KindHandlers({ ...options, runnerOf })
  }

  readonly handler: Handler = {
    kinds: [...CALLED, WASM_PROCESS],
    prepare: async ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return this.#refuseUsed(entry, after)
      if (entry.kind === FUNCTION) return this.#checkFunction(entry, after)
      const compiled = await this.#compile(entry, after)
      if (entry.kind === COMPONENT) refuseForeign(entry, compiled)
      else checkExport(entry, methodOf(entry), compiled)
      const runner = this.#runner(entry, compiled)
      this.#handlers.prepare(entry, this.#kindsOf(entry), runner, after)
      this.#prepared.set(entry.id, runner)
    },
    commit: async ({ kind, entry }) => {
      const former = this.#runners.get(entry.id)
      const next = this.#prepared.get(entry.id)
      this.#prepared.delete(entry.id)
      if (kind === 'entry.delete') this.#runners.delete(entry.id)
      else if (next) this.#runners.set(entry.id, next)
      if (former && former !== next) former.close().catch(this.#options.report)
      await this.#handlers.commit(entry.id, kind === 'entry.delete' ? [] : this.#kindsOf(entry))
    },
    discard: async ({ entry }: Change) => {
      this.#handlers.discard(entry.id)
      const runner = this.#prepared.get(entry.id)
      this.#prepared.delete(entry.id)
      await runner?.close()
    },
  }

  /** Calls an entry of one of the kinds for a process. Never rejects. */
  readonly call = async (entry: Entry, args: Uint8Array, called: CalledBy): Promise<Reply> => {
    const component = entry.kind === FUNCTION ? componentIdOf(entry) : entry.id
    const runner = this.#runners.get(component)
    if (runner) return runner.call(methodOf(entry), args, called)
    return {
      ok: false,
      error: new WippyError('PLUGIN_NOT_FOUND', Kind.NotFound, `plugin "${component}" is not running`, { retryable: false }),
    }
  }

  get library(): Library {
    return this.#options.library
  }

  /** The running component of an entry, for whoever wants to know how it is. */
  runner(id: string): PluginRunner | undefined {
    return this.#runners.get(id)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.close()))
    this.#runners.clear()
  }

  #runner(entry: Entry, compiled: Compiled): PluginRunner {
    const { root, clock, env, print, host, purse } = this.#options
    const { timeoutMs, ...limits } = pluginLimitsOf(entry)
    checkMemory(compiled, limits)
    const grants = grantsOf(entry, root)
    const given = Object.fromEntries(grants.env.flatMap((name) => (env(name) === undefined ? [] : [[name, env(name)!]])))
    return new PluginRunner({
      id: entry.id,
      compiled,
      limits,
      timeoutMs,
      grants,
      env: given,
      clock,
      isFresh: entry.kind !== COMPONENT,
      tabled: entry.kind !== COMPONENT,
      print: (text) => print(entry.id, text),
      host,
      purse,
      lost: () => void this.#handlers.restart(entry.id),
    })
  }

  /** Only components bring kinds to life. */
  #kindsOf(entry: Entry): readonly string[] {
    return entry.kind === COMPONENT ? grantsOf(entry, this.#options.root).kinds : []
  }

  async #compile(entry: Entry, after: State): Promise<Compiled> {
    const { library, root } = this.#options
    try {
      if (entry.kind === 'function.wat') return await library.compile(await library.wrap(needText(entry, 'source'), needText(entry, 'wit')))
      const file = fileOf(entry, after, root)
      if (file === null) return await library.installed(hashOf(entry) ?? needText(entry, 'hash'))
      const bytes = readComponent(entry, file)
      return await library.compile(
        isCoreModule(bytes) && entry.kind !== COMPONENT ? await library.wrap(bytes, needText(entry, 'wit')) : bytes,
      )
    } catch (error) {
      if (!(error instanceof WippyError) || error.where?.entry) throw error
      throw blame(entry, 'data', { code: error.code, kind: error.kind, message: `"${entry.id}": ${error.message}`, hint: error.hint ?? '' })
    }
  }

  #checkFunction(entry: Entry, after: State): void {
    const id = componentIdOf(entry)
    const runner = this.#prepared.get(id) ?? this.#runners.get(id)
    if (!runner || !after.has(id))
      throw blame(entry, 'data.plugin', {
        code: 'PLUGIN_NOT_FOUND',
        kind: Kind.NotFound,
        message: `"${entry.id}": there is no plugin "${id}"`,
        hint: 'Install it first.',
      })
    checkExport(entry, methodOf(entry), runner.compiled)
  }

  #refuseUsed(entry: Entry, after: State): void {
    const users = [...after.values()].filter((other) => referencesOf(other).has(entry.id)).map(({ id }) => id)
    if (users.length === 0) return
    throw new WippyError('PLUGIN_IN_USE', Kind.Conflict, `"${entry.id}" is used by ${users.join(', ')}`, {
      where: { entry: entry.id },
      retryable: false,
      hint: 'Change or delete those first.',
      details: { users },
    })
  }
}

const componentIdOf = (entry: Entry): string => resolveId(needText(entry, 'plugin'), entry.ns)

/** Whether a component can be what its entry says. Throws PLUGIN_IMPORT, PLUGIN_GRANT, PLUGIN_ENTRY, PLUGIN_MEMORY. */
export const checkComponent = (entry: Entry, compiled: Compiled, root: string): void => {
  refuseForeign(entry, compiled)
  grantsOf(entry, root)
  checkMemory(compiled, pluginLimitsOf(entry))
}

const refuseForeign = (entry: Entry, { foreign }: Compiled): void => {
  if (foreign.length === 0) return
  const message = `"${entry.id}": the component imports ${foreign.join(', ')}, which no plugin can have here`
  throw blame(entry, 'data', {
    code: 'PLUGIN_IMPORT',
    kind: Kind.Invalid,
    message,
    hint: 'Sockets, HTTP and other hosts are not offered; build it without them.',
  })
}

/** The export an entry means; upstream writes `interface#function`. */
const methodOf = (entry: Entry): string => {
  const method = needText(entry, entry.kind === FUNCTION ? 'export' : 'method')
  return method.replace(/^(?:.*\/)?([\w-]+)(?:@[^#]*)?#/, '$1.')
}

const checkExport = (entry: Entry, name: string, { signature }: Compiled): void => {
  const names = signature.functions.map((fn) => fn.name)
  if (names.includes(name)) return
  const omitted = signature.omitted.find((fn) => fn.name === name)
  const hint = omitted ? `It is there, but ${omitted.why}.` : didYouMean(name, names, `It exports ${names.join(', ') || 'nothing'}.`)
  throw blame(entry, 'data', {
    code: 'PLUGIN_NO_EXPORT',
    kind: Kind.NotFound,
    message: `"${entry.id}": the component exports no ${name}`,
    hint,
  })
}
