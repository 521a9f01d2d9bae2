// What objects have whose methods stand in a table behind them: the fields that the calls of setmetatable give them, and assignments behind those.
//
//   C1 Nothing is known of a field that is assigned twice, or given and assigned; nor before all calls of setmetatable in the chunk were seen.
//   C2 A field that nothing gives is told only when its name is nearly that of one that is there, nothing in the chunk has that name, and
//      no part of it makes names of fields: those who hold an object may give it more.

import { nearest } from '../../suggest.ts'
import type { Call } from '../ast.ts'
import type { Bindings } from './binding.ts'
import { withoutNil } from './filter.ts'
import { hasNil, isLoose, joined, optional, type TableType, type Type, widened } from './type.ts'

/** The fields of tables that have become objects, each with the names of those that it had then. */
type Made = Map<ReadonlyMap<string, Type>, ReadonlySet<string>>
/** A field that an object does not have, as far as it is seen. */
export type Missing = {
  readonly object: TableType
  readonly name: string
  readonly place: { readonly start: number; readonly end: number }
  readonly owner: string
}

/** Tables that become objects of one sort; of more, nothing is known. */
const OBJECTS = 64
const MISSING = 100
const NAMES = 500
const PROTOS = 16

/** The tables that are looked into behind an object. */
export const protosOf = ({ proto }: TableType): TableType[] => {
  const found: TableType[] = []
  for (let at = proto; at && found.length < PROTOS; at = at.proto) found.push(at)
  return found
}

export class Classes {
  readonly #owner: object
  readonly #bindings: Bindings
  readonly #made = new Map<TableType, Made>()
  /** Those behind which, or behind objects of which, there is something that nobody sees. */
  readonly #open = new Set<TableType>()
  readonly #seen = new Set<Call>()
  readonly #missing: Missing[] = []

  /** `owner`: the check whose tables these are. */
  constructor(owner: object, bindings: Bindings) {
    this.#owner = owner
    this.#bindings = bindings
  }

  /** Takes note of a call of setmetatable, whatever it is for. */
  saw(call: Call): void {
    this.#seen.add(call)
  }

  /** Takes note of an object; `own`: the table that it is made of, null when nothing is known of that. */
  made(proto: TableType, own: TableType | null): void {
    const made = this.#made.get(proto) ?? new Map()
    this.#made.set(proto, made)
    if (own === null || own.open || own.element || made.size >= OBJECTS) this.#open.add(proto)
    if (own !== null && made.size < OBJECTS && !made.has(own.fields)) made.set(own.fields, new Set(own.fields.keys()))
  }

  /** Takes note that what a table does not have may come from somewhere that is not seen. */
  opened(table: TableType): void {
    this.#open.add(table)
  }

  /** The type of a field of objects; undefined when nothing is sure of it. */
  fieldOf(object: TableType, name: string): Type | undefined {
    const writes = this.#bindings.assignedFields.get(name) ?? 0
    if (writes > 1 || this.#seen.size < this.#bindings.metatables) return undefined
    for (const proto of protosOf(object)) {
      const made = this.#made.get(proto)
      if (made === undefined || made.size >= OBJECTS) continue
      const having = [...made].filter(([fields]) => fields.has(name))
      if (having.length === 0) continue
      if (writes === 1 && having.some(([, given]) => given.has(name))) return undefined
      return knownOf(having.map(([fields]) => fields.get(name)!))
    }
    return undefined
  }

  /** Keeps a field in mind that is not there yet. */
  misses(missing: Missing): void {
    if (this.#missing.length < MISSING && protosOf(missing.object).some((proto) => this.#made.has(proto))) this.#missing.push(missing)
  }

  /** When all was seen: the fields that were slips of the pen, each with the name that was meant. */
  *slips(): Generator<Missing & { readonly meant: string }> {
    const { assignedFields, namesFields } = this.#bindings
    if (namesFields || this.#seen.size < this.#bindings.metatables) return
    for (const missing of this.#missing) {
      const { object, name } = missing
      const protos = protosOf(object)
      if (assignedFields.has(name) || protos.some((proto) => proto.owner !== this.#owner || this.#open.has(proto))) continue
      const made = protos.flatMap((proto) => [...(this.#made.get(proto)?.keys() ?? [])])
      const names = new Set<string>()
      for (const fields of [object.fields, ...protos.map((proto) => proto.fields), ...made]) for (const one of fields.keys()) names.add(one)
      const meant = names.has(name) || names.size > NAMES ? null : nearest(name, names)
      if (meant !== null) yield { ...missing, meant }
    }
  }
}

/** What several objects have in a field; undefined where that is nothing to hold on to. */
const knownOf = (types: readonly Type[]): Type | undefined => {
  const some = types.filter(({ kind }) => kind !== 'nil')
  if (some.length === 0 || some.some((type) => isLoose(type) || type.kind === 'fn' || type.kind === 'table' || type.kind === 'type'))
    return undefined
  const type = some.map(widened).reduce((a, b) => joined(a, b))
  if (isLoose(type)) return undefined
  return hasNil(type) || some.length < types.length ? optional(withoutNil(type), true) : type
}
