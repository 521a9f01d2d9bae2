// Kinds of entries that plugins bring to life (wit/runtime.wit, kind-handler). An entry of such a kind names its plugin, so it comes after it.
//
//   H1 A kind is one plugin's, and none of the runtime's own.
//   H2 What a plugin refuses in prepare changes nothing. It does not hear of what was refused by others behind it: prepare must leave nothing.
//   H3 A plugin whose memory is gone (exchanged, trapped, out of fuel or time) is told of its entries again.

import { Kind, WippyError } from '../error.ts'
import { jsonLine } from '../json.ts'
import { encodeAll } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import type { Change, State } from '../registry/change.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import type { Handler, Kinds } from '../registry/kinds.ts'
import type { PluginRunner } from './runner.ts'

const INTERFACE = 'kind-handler'
const VERBS = ['prepare', 'start', 'update', 'stop'] as const

export type KindHandlersOptions = {
  readonly kinds: Kinds
  /** The component that answers, or will answer when the change at hand is committed. */
  readonly runnerOf: (component: string) => PluginRunner | undefined
  readonly report: (error: unknown) => void
}

type Provided = { readonly component: string; readonly forget: () => void }

export class KindHandlers {
  readonly #options: KindHandlersOptions
  readonly #provided = new Map<string, Provided>()
  readonly #added = new Map<string, readonly string[]>() // component → kinds that came with the change at hand
  readonly #living = new Map<string, Entry>()
  readonly #restarting = new Set<string>()

  constructor(options: KindHandlersOptions) {
    this.#options = options
  }

  /** Before a component is there: its kinds are known from now on. Throws PLUGIN_KIND. */
  prepare(component: Entry, kinds: readonly string[], runner: PluginRunner, after: State): void {
    const exported = new Set(runner.compiled.signature.functions.map(({ name }) => name))
    if (kinds.length > 0 && !VERBS.every((verb) => exported.has(`${INTERFACE}.${verb}`)))
      throw wrong(component, `the component exports no ${INTERFACE}, which "kind:${kinds[0]}" is for`, 'See wit/runtime.wit.')
    for (const kind of kinds) {
      const { component: owner } = this.#provided.get(kind) ?? {}
      if (owner !== component.id && (owner !== undefined || this.#options.kinds.knows(kind)))
        throw wrong(component, `kind "${kind}" is ${owner === undefined ? "the runtime's" : `that of ${owner}`}`, 'Choose another name.')
    }
    const lost = this.#kindsOf(component.id).filter((kind) => !kinds.includes(kind))
    const user = [...after.values()].find(({ kind }) => lost.includes(kind))
    if (user) throw wrong(component, `"${user.id}" is of kind "${user.kind}"`, 'Delete it first, or keep the permission.')
    const added = kinds.filter((kind) => !this.#provided.has(kind))
    this.#added.set(component.id, added)
    for (const kind of added) {
      const forget = this.#options.kinds.add(this.#handler(kind, component.id))
      this.#provided.set(kind, { component: component.id, forget })
    }
  }

  discard(component: string): void {
    for (const kind of this.#added.get(component) ?? []) this.#forget(kind)
    this.#added.delete(component)
  }

  /** The component is there, with these kinds, or gone, with none. */
  async commit(component: string, kinds: readonly string[]): Promise<void> {
    this.#added.delete(component)
    for (const kind of this.#kindsOf(component)) if (!kinds.includes(kind)) this.#forget(kind)
    await this.restart(component)
  }

  /** Tells a component of its entries. What it fails with is reported. */
  async restart(component: string): Promise<void> {
    if (this.#restarting.has(component)) return
    this.#restarting.add(component)
    try {
      for (const entry of this.#living.values()) if (componentOf(entry) === component) await this.#tell('start', entry, component)
    } catch (error) {
      this.#options.report(error)
    } finally {
      this.#restarting.delete(component)
    }
  }

  #kindsOf(component: string): readonly string[] {
    return [...this.#provided].filter(([, provided]) => provided.component === component).map(([kind]) => kind)
  }

  #forget(kind: string): void {
    this.#provided.get(kind)?.forget()
    this.#provided.delete(kind)
  }

  #handler(kind: string, component: string): Handler {
    return {
      kinds: kind,
      prepare: async (change: Change) => {
        const { entry } = change
        if (change.kind === 'entry.delete') return
        if (componentOf(entry) !== component)
          throw blame(entry, 'data', {
            code: 'PLUGIN_KIND',
            kind: Kind.Invalid,
            message: `"${entry.id}" names no plugin`,
            hint: `Write plugin: ${component}.`,
          })
        await this.#tell('prepare', entry, component)
      },
      commit: async ({ kind: change, entry }: Change) => {
        const isNew = !this.#living.has(entry.id)
        if (change === 'entry.delete') this.#living.delete(entry.id)
        else this.#living.set(entry.id, entry)
        await this.#tell(change === 'entry.delete' ? 'stop' : isNew ? 'start' : 'update', entry, component)
      },
    }
  }

  /** Throws PLUGIN_KIND_REFUSED, and what stops the plugin. */
  async #tell(verb: (typeof VERBS)[number], entry: Entry, component: string): Promise<void> {
    const runner = this.#options.runnerOf(component)
    if (!runner) throw new WippyError('PLUGIN_NOT_FOUND', Kind.NotFound, `plugin "${component}" is not running`, { retryable: false })
    const { id, kind, meta, data } = entry
    const given = verb === 'stop' ? id : { id, kind, meta: jsonLine(meta), data: jsonLine(data ?? null) }
    const reply = await runner.call(`${INTERFACE}.${verb}`, encodeAll([given]))
    if (reply.ok) return
    const { message } = reply.error
    throw blame(entry, 'data', {
      code: 'PLUGIN_KIND_REFUSED',
      kind: reply.error.kind,
      message: `"${id}": ${message}`,
      hint: `That says plugin ${component}.`,
    })
  }
}

const componentOf = (entry: Entry): string | null => {
  const { plugin } = fieldsOf(entry)
  return typeof plugin === 'string' ? resolveId(plugin, entry.ns) : null
}

const wrong = (component: Entry, what: string, hint: string): WippyError =>
  blame(component, 'data.allow', { code: 'PLUGIN_KIND', kind: Kind.Invalid, message: `"${component.id}": ${what}`, hint })
