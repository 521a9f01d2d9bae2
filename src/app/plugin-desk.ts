// The plugins of an app as the operator handles them: in a node that runs, or in the state folder while none does.

import type { Node } from '../app.ts'
import type { Config } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { changesTo, checkName, entriesOf, installedEntries, NAMESPACE } from '../plugin/installation.ts'
import { allowOf, type Inspection, inspect, type Look, needPlugin, type Summary, summaries, usersOf } from '../plugin/installed.ts'
import { Library } from '../plugin/library.ts'
import { hashOf } from '../plugin/plugin-entry.ts'
import { COMPONENT, checkComponent } from '../plugin/plugins.ts'
import type { Operation } from '../registry/change.ts'
import { referencesOf } from '../registry/dependency.ts'
import { type Entry, fieldsOf, isFields, makeEntry } from '../registry/entry.ts'
import type { ApplyOptions, Registry } from '../registry/registry.ts'
import { OPERATOR } from '../service/audit.ts'
import { operating } from '../service/entry-change.ts'
import { pluginsOf } from './plugins.ts'
import { openRegistry } from './stored-registry.ts'

export type PluginDeskOptions = {
  readonly root: string
  readonly registry: Registry
  readonly library: Library
  /** Whom changes are by. */
  readonly author: string
  readonly allow: NonNullable<ApplyOptions['allow']>
  /** Hears that everything is ready, and the registry is about to be changed. */
  readonly begin?: () => void
  /** What is known of an installed component; undefined when it is not there. */
  readonly look: (entry: Entry) => Promise<Look | undefined>
}

export type NewPlugin = {
  readonly name: string
  readonly component: Uint8Array
  /** What it may have; what it had, or nothing, when not given. */
  readonly allow?: readonly string[] | undefined
  /** Whether it takes the place of one that is there. */
  readonly update: boolean
}

export class PluginDesk {
  readonly #options: PluginDeskOptions

  constructor(options: PluginDeskOptions) {
    this.#options = options
  }

  async list(): Promise<readonly Summary[]> {
    return summaries(this.#entries, await this.#looks())
  }

  /** Throws PLUGIN_NOT_FOUND. */
  async inspect(name: string): Promise<Inspection> {
    return inspect(name, this.#entries, await this.#looks())
  }

  /** Checks, keeps and registers it, as one changeset. Throws PLUGIN_NAME, PLUGIN_EXISTS, PLUGIN_NOT_FOUND, and what is wrong with it. */
  async install({ name, component, allow: given, update }: NewPlugin): Promise<Inspection> {
    const { root, library } = this.#options
    checkName(name)
    const there = installedEntries(name, this.#entries)
    if (update) needPlugin(name, there)
    else if (there.length > 0) {
      throw new WippyError('PLUGIN_EXISTS', Kind.AlreadyExists, `there is a plugin "${name}" already`, {
        where: { entry: `${NAMESPACE}:${name}` },
        hint: 'Use "wippy plugin update", or another --name.',
      })
    }
    const compiled = await library.install(component)
    const former = there.find(({ ns }) => ns === NAMESPACE)
    const limits = former && fieldsOf(former).limits
    const allow = given ?? (former ? allowOf(former) : [])
    const wanted = entriesOf({ name, root, compiled, allow, ...(isFields(limits) && { limits }) })
    checkComponent(wanted[0]!, compiled, root)
    await this.#apply(changesTo(there, wanted), `${former ? 'update' : 'install'} plugin ${name}`)
    return await this.inspect(name)
  }

  /** What a plugin may; with `allow`, from now on. Throws PLUGIN_NOT_FOUND, PLUGIN_GRANT. */
  async permissions(name: string, allow?: readonly string[]): Promise<Summary> {
    const entry = needPlugin(name, this.#entries)
    if (allow !== undefined) {
      const { id, kind, meta, origin } = entry
      const changed = makeEntry({ id, kind, meta, data: { ...fieldsOf(entry), allow: [...allow] }, origin })
      const look = await this.#options.look(entry)
      if (look) checkComponent(changed, look.compiled, this.#options.root)
      await this.#apply([{ kind: 'entry.update', entry: changed }], `permissions of plugin ${name}`)
    }
    return summaries([needPlugin(name, this.#entries)], await this.#looks())[0]!
  }

  /** Takes it away with all its entries. Throws PLUGIN_NOT_FOUND, PLUGIN_IN_USE. */
  async remove(name: string): Promise<{ readonly name: string; readonly version: number; readonly entries: readonly string[] }> {
    const entries = this.#entries
    needPlugin(name, entries)
    const users = usersOf(name, entries, referencesOf)
    if (users.length > 0) {
      throw new WippyError('PLUGIN_IN_USE', Kind.Conflict, `plugin "${name}" is used by ${users.join(', ')}`, {
        retryable: false,
        hint: 'Change or delete those first.',
        details: { users },
      })
    }
    const own = installedEntries(name, entries)
    const version = await this.#apply(
      own.map(({ id }) => ({ kind: 'entry.delete', id })),
      `remove plugin ${name}`,
    )
    return { name, version, entries: own.map(({ id }) => id) }
  }

  get #entries(): readonly Entry[] {
    return [...this.#options.registry.snapshot().entries()]
  }

  async #looks(): Promise<(id: string) => Look | undefined> {
    const components = this.#entries.filter(({ kind }) => kind === COMPONENT)
    const looks = new Map(await Promise.all(components.map(async (entry) => [entry.id, await this.#options.look(entry)] as const)))
    return (id) => looks.get(id)
  }

  async #apply(changes: readonly Operation[], message: string): Promise<number> {
    const { registry, author, allow, begin } = this.#options
    begin?.()
    return (await registry.apply(changes, { author, message, allow })).id
  }
}

/** In a node that runs: what it does is live when it is done. */
export const deskOf = async ({ config, registry, parts }: Node): Promise<PluginDesk> => {
  const plugins = await pluginsOf(parts)
  return new PluginDesk({
    root: config.root,
    registry,
    library: plugins.library,
    author: OPERATOR,
    allow: operating(parts.audit, OPERATOR),
    look: async ({ id }) => plugins.runner(id),
  })
}

/** In the state folder of an app that does not run: it is there at the next start. Throws STATE_OWNED, REGISTRY_NOT_KEPT. */
export const withStoredDesk = async <T>(
  config: Config,
  { author, begin }: Pick<PluginDeskOptions, 'author' | 'begin'>,
  act: (desk: PluginDesk) => Promise<T>,
): Promise<T> => {
  const { registry, operating, state, close } = await openRegistry(config, { write: true })
  const library = new Library(state)
  const look = async (entry: Entry): Promise<Look | undefined> => {
    const hash = hashOf(entry)
    const compiled = hash === undefined ? undefined : await library.installed(hash).catch(() => undefined)
    return compiled && { compiled, calls: 0, spent: 0, memoryBytes: 0 }
  }
  try {
    return await act(
      new PluginDesk({ root: config.root, registry, library, author, allow: operating(author), look, ...(begin && { begin }) }),
    )
  } finally {
    await close()
  }
}
