// Features: Lua modules and entry kinds that belong together, and the code behind them, which is imported when the first entry needs it.
//
//   F1 What no entry uses is not loaded: an app starts as fast with a hundred features in the table as with ten.
//   F2 A feature is built once per node, before the first entry that needs it is taken in; what fails is that entry's problem, and the next
//      one tries again.
//   F3 Features are stopped newest first: each may use what it has found loaded.

import type { Change, State } from '../registry/change.ts'
import type { Entry } from '../registry/entry.ts'
import { modulesOf } from '../registry/imports.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Service } from '../service/service.ts'
import type { Parts } from './parts.ts'

/** What a feature puts into a node. */
export type Built = {
  /** Operations of Lua modules. */
  readonly services?: readonly Service[]
  /** Acts on the kinds of the feature. */
  readonly handler?: Handler
  /**
   * Goes on with what was under way: every entry the node begins with is there. Returns services without which the node should not run, and
   * that could not be started.
   */
  begin?(): Promise<readonly string[]>
  /** Gives up processes that go on with the next start; all others are ended after that. */
  halt?(options: { readonly now: boolean }): Promise<void>
  /** Gives back what it holds; processes have ended by then. */
  stop?(): Promise<void>
}

export type Feature = {
  /** Lua modules it answers for: `X` answers every ask `X.verb`. */
  readonly modules?: readonly string[]
  /** Kinds of entries it acts on; `*` is a wildcard. */
  readonly kinds?: readonly string[]
  /** Lua asks it without declaring anything (`process.spawn`, `print`): it is there before the first Lua entry. */
  readonly ambient?: boolean
  /** Other entries that need it. */
  readonly wants?: (entry: Entry) => boolean
  /** Imports the code and builds it. */
  readonly load: (parts: Parts) => Promise<Built>
}

export class Features {
  readonly #parts: Parts
  readonly #table: readonly Feature[]
  readonly #byModule = new Map<unknown, Feature>()
  #hasBegun = false
  readonly #begun = new WeakSet<Built>()
  readonly #loading = new Map<Feature, Promise<Built>>() // in the order in which they began

  constructor(table: readonly Feature[], parts: Parts) {
    this.#table = table
    this.#parts = parts
    for (const feature of table) {
      for (const module of feature.modules ?? []) {
        this.#byModule.set(module, feature)
        parts.door.offer(module, async () => void (await this.#load(feature)))
      }
    }
  }

  /** Handlers for the registry, in the order of the table; each loads its feature with the first change. */
  handlers(): Handler[] {
    const lazy = (feature: Feature, kinds: readonly string[]): Handler => {
      const handler = async (): Promise<Handler | undefined> => (await this.#load(feature)).handler
      return {
        kinds,
        prepare: async (change: Change, after: State) => (await handler())?.prepare?.(change, after),
        commit: async (change: Change, after: State) => (await handler())?.commit?.(change, after),
        discard: async (change: Change) => (await handler())?.discard?.(change),
      }
    }
    return this.#table.flatMap((feature) => (feature.kinds ? [lazy(feature, feature.kinds)] : []))
  }

  /** Loads what the code of an entry may ask: the modules it declares, and those that are always there. */
  async loadFor(entry: Entry): Promise<void> {
    for (const feature of this.#table) if (feature.ambient) await this.#load(feature)
    for (const module of modulesOf(entry).values()) {
      const feature = this.#byModule.get(module)
      if (feature) await this.#load(feature)
    }
    for (const feature of this.#table) if (feature.wants?.(entry)) await this.#load(feature)
  }

  /** To be called once, when the entries are there. Services without which the node should not run, and that could not be started. */
  async begin(): Promise<readonly string[]> {
    this.#hasBegun = true
    const unstarted: string[] = []
    for (const loading of [...this.#loading.values()]) {
      const missing = await loading.then((built) => this.#beginOnce(built)).catch(this.#parts.report)
      unstarted.push(...(missing ?? []))
    }
    return unstarted
  }

  async halt(options: { readonly now: boolean }): Promise<void> {
    for (const loading of this.#loading.values()) await loading.then((built) => built.halt?.(options)).catch(this.#parts.report)
  }

  async stop(): Promise<void> {
    for (const loading of [...this.#loading.values()].reverse()) {
      await loading.then((built) => built.stop?.()).catch(this.#parts.report)
    }
    this.#loading.clear()
  }

  #load(feature: Feature): Promise<Built> {
    const known = this.#loading.get(feature)
    if (known) return known
    const loading = this.#build(feature)
    this.#loading.set(feature, loading)
    loading.catch(() => this.#loading.delete(feature))
    return loading
  }

  async #build(feature: Feature): Promise<Built> {
    const built = await feature.load(this.#parts)
    for (const service of built.services ?? []) this.#parts.door.add(service)
    if (this.#hasBegun) await this.#beginOnce(built)
    return built
  }

  async #beginOnce(built: Built): Promise<readonly string[]> {
    if (this.#begun.has(built)) return []
    this.#begun.add(built)
    return (await built.begin?.()) ?? []
  }
}
