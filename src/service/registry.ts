// The host half of `registry`: reading and changing entries from Lua.
//
// A snapshot in Lua is the number of a version; what it reads is looked up in that version, so it costs nothing and never changes.
// The door has checked `registry.get` for the target of a get; lists are filtered and changes checked here, entry by entry.

import { Kind, WippyError } from '../error.ts'
import { delta, type Operation, type State } from '../registry/change.ts'
import { type Entry, type Fields, isFields, makeEntry } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import { allowing, refuseChanges } from './entry-change.ts'
import type { Permits } from './permit.ts'
import type { Call, Caller, Service } from './service.ts'

export type RegistryServiceOptions = {
  readonly permits: Permits
  /** Who makes a change, as the version will say; the process's entry when not given. */
  author?(caller: Caller): string
  /** Hears what a filter gets wrong. */
  warn?(caller: Caller, message: string): void
}

const OLD_SNAPSHOTS = 8 // versions kept at hand for processes that hold on to them

export const registryService = (registry: Registry, options: RegistryServiceOptions): Service => {
  const old = new Map<number, Snapshot>()

  const snapshotOf = (version: unknown): Snapshot => {
    if (version === undefined || version === null || version === registry.current.id) return registry.snapshot()
    const id = wholeNumber(version)
    const snapshot = old.get(id) ?? registry.snapshotAt(id)
    old.delete(id)
    old.set(id, snapshot)
    if (old.size > OLD_SNAPSHOTS) old.delete(old.keys().next().value!)
    return snapshot
  }

  const visible = ({ caller }: Call, entries: readonly Entry[]): readonly unknown[] => [
    entries.filter((entry) => options.permits.permit(caller, 'registry.get', entry.id)).map(toLua),
  ]

  const get = (call: Call): readonly unknown[] => [toLua(snapshotOf(call.args[0]).need(call.target))]

  const find = (call: Call): readonly unknown[] => {
    const [filter, version] = call.args
    const query = filter instanceof Map || isFields(filter) ? filter : {}
    return visible(
      call,
      snapshotOf(version).find(query, (message) => options.warn?.(call.caller, message)),
    )
  }

  const entries = (call: Call): readonly unknown[] => {
    const [version, ns] = call.args
    const snapshot = snapshotOf(version)
    return visible(call, typeof ns === 'string' ? snapshot.namespace(ns) : snapshot.entries())
  }

  const version = ({ args: [id, step] }: Call): readonly unknown[] => {
    const known = registry.version(wholeNumber(id))
    return [step === -1 || step === 1 ? (registry.neighbour(known.id, step)?.id ?? null) : known.id]
  }

  const apply = async ({ caller, args: [wanted, base] }: Call): Promise<readonly unknown[]> => {
    const operations = list(wanted).map(toOperation)
    refuseChanges(options.permits, caller, operations, registry)
    const author = options.author?.(caller) ?? caller.entry
    const made = await registry.apply(operations, {
      author,
      allow: allowing(options.permits, caller, 'registry.apply'),
      ...(typeof base === 'number' ? { base } : {}),
    })
    return [made.id]
  }

  const applyVersion = async ({ caller, args: [id] }: Call): Promise<readonly unknown[]> => {
    const version = wholeNumber(id)
    if (version === registry.current.id) options.permits.need(caller, { action: 'registry.apply_version', resource: '' })
    await registry.applyVersion(version, allowing(options.permits, caller, 'registry.apply_version'))
    return [true]
  }

  return {
    name: 'registry',
    operations: {
      'registry.get': get,
      'registry.find': find,
      'registry.entries': entries,
      'registry.current': () => [registry.current.id],
      'registry.version': version,
      'registry.versions': () => [registry.versions().map(({ id }) => id)],
      'registry.apply': apply,
      'registry.apply_version': applyVersion,
      'registry.delta': ({ args: [from, to] }) => [
        delta(stateOf(from), stateOf(to)).map(({ kind, entry }) => ({ kind, entry: toLua(entry) })),
      ],
    },
  }
}

const invalid = (message: string): WippyError => new WippyError('REGISTRY_ARGUMENT', Kind.Invalid, message, { retryable: false })

const toLua = ({ id, kind, meta, data }: Entry) => ({ id, kind, meta, data })

const wholeNumber = (value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw invalid('a version number was expected')
}

// An empty table of Lua is a map to us.
const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (isFields(value) && Object.keys(value).length === 0) return []
  throw invalid('a list was expected')
}

/** Entries know string keys only: other keys of Lua become their text. Throws REGISTRY_ARGUMENT for two of one text. */
const stringKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(stringKeys)
  if (!(value instanceof Map) && !isFields(value)) return value
  const pairs = (value instanceof Map ? [...value] : Object.entries(value)).map(([key, item]) => [String(key), stringKeys(item)] as const)
  const object = Object.fromEntries(pairs)
  if (Object.keys(object).length === pairs.length) return object
  throw invalid('two keys of one table are the same as text, which is all that an entry knows')
}

const toEntry = (value: unknown): Entry => {
  const draft = stringKeys(value)
  if (!isFields(draft) || typeof draft.id !== 'string') throw invalid('an entry needs an id, for example "app:worker"')
  if (typeof draft.kind !== 'string') throw invalid(`entry "${draft.id}" needs a kind, for example "registry.entry"`)
  const meta = isFields(draft.meta) ? (draft.meta as Fields) : {}
  return makeEntry({ id: draft.id, kind: draft.kind, meta, data: draft.data })
}

const toOperation = (value: unknown): Operation => {
  const { kind, entry } = isFields(value) ? value : {}
  if (kind === 'entry.create' || kind === 'entry.update') return { kind, entry: toEntry(entry) }
  if (kind === 'entry.delete' && isFields(entry) && typeof entry.id === 'string') return { kind, id: entry.id }
  throw invalid('an operation is entry.create, entry.update or entry.delete, with an entry')
}

const stateOf = (value: unknown): State =>
  new Map(
    list(value)
      .map((item) => toEntry(item))
      .map((entry) => [entry.id, entry]),
  )
