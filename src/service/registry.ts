// The host half of `registry`: reading and changing entries from Lua.
//
// A snapshot in Lua is the number of a version; what it reads is looked up in that version, so it costs nothing and never changes.
// The door has checked `registry.get` for the target of a get; lists are filtered and changes checked here, entry by entry.

import { Kind, WippyError } from '../error.ts'
import { encode } from '../msgpack.ts'
import { comparing, type Operation, type State } from '../registry/change.ts'
import { type Entry, type Fields, isFields, makeEntry } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import { each, inSlices, type Steps } from '../registry/slices.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import type { Reply } from '../request.ts'
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

  const snapshotOf = function* (version: unknown): Steps<Snapshot> {
    if (version === undefined || version === null || version === registry.current.id) return registry.snapshot()
    const id = wholeNumber(version)
    const snapshot = old.get(id) ?? (yield* registry.lookingBack(id))
    old.delete(id)
    old.set(id, snapshot)
    if (old.size > OLD_SNAPSHOTS) old.delete(old.keys().next().value!)
    return snapshot
  }

  /** The entries among these that the caller may see, ready to be sent. */
  const visible = function* ({ caller }: Call, entries: Iterable<Entry>): Steps<Reply> {
    const seen: Uint8Array[] = []
    for (const entry of entries) {
      if (options.permits.permit(caller, 'registry.get', entry.id)) seen.push(encode(toLua(entry)))
      yield
    }
    return { ok: true, values: listOf(seen) }
  }

  const get = function* (call: Call): Steps<readonly unknown[]> {
    return [toLua((yield* snapshotOf(call.args[0])).need(call.target))]
  }

  const find = function* (call: Call): Steps<Reply> {
    const [filter, version] = call.args
    const query = filter instanceof Map || isFields(filter) ? filter : {}
    const snapshot = yield* snapshotOf(version)
    return yield* visible(call, yield* snapshot.finding(query, (message) => options.warn?.(call.caller, message)))
  }

  const entries = function* (call: Call): Steps<Reply> {
    const [version, ns] = call.args
    const snapshot = yield* snapshotOf(version)
    return yield* visible(call, typeof ns === 'string' ? snapshot.namespace(ns) : snapshot.state.values())
  }

  const difference = function* ({ args: [from, to] }: Call): Steps<Reply> {
    const changes = yield* comparing(yield* stateOf(from), yield* stateOf(to))
    return { ok: true, values: listOf(yield* each(changes, ({ kind, entry }) => encode({ kind, entry: toLua(entry) }))) }
  }

  const version = ({ args: [id, step] }: Call): readonly unknown[] => {
    const known = registry.version(wholeNumber(id))
    return [step === -1 || step === 1 ? (registry.neighbour(known.id, step)?.id ?? null) : known.id]
  }

  const apply = async ({ caller, args: [wanted, base] }: Call): Promise<readonly unknown[]> => {
    const operations = await inSlices(each(list(wanted), toOperation))
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
      'registry.get': (call) => inSlices(get(call)),
      'registry.find': (call) => inSlices(find(call)),
      'registry.entries': (call) => inSlices(entries(call)),
      'registry.current': () => [registry.current.id],
      'registry.version': version,
      'registry.versions': () => [registry.versionIds()],
      'registry.apply': apply,
      'registry.apply_version': applyVersion,
      'registry.delta': (call) => inSlices(difference(call)),
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

function* stateOf(value: unknown): Steps<State> {
  return new Map((yield* each(list(value), toEntry)).map((entry) => [entry.id, entry]))
}

/** One list, of values that are encoded already, as everything that an operation answers. */
const listOf = (values: readonly Uint8Array[]): Uint8Array => {
  const head = Buffer.alloc(6)
  head.writeUInt8(0x91, 0) // an array of one,
  head.writeUInt8(0xdd, 1) // which is an array of so many
  head.writeUInt32BE(values.length, 2)
  return Buffer.concat([head, ...values])
}
