// Fields: what reading one gives, and what may be assigned to one.

import { didYouMean } from '../../suggest.ts'
import type { Expression, Index } from '../ast.ts'
import { ERROR, fieldOf } from './assignable.ts'
import { protosOf } from './class.ts'
import { Conditions } from './condition.ts'
import { show } from './show.ts'
import {
  any,
  hasNil,
  isLoose,
  joined,
  kindOf,
  membersOf,
  optional,
  resolved,
  someFunction,
  string,
  type TableType,
  type Type,
  union,
  widened,
} from './type.ts'

type Span = { readonly start: number; readonly end: number }
/** A field by its name, and where it is written. `isCalled`: it must be there. */
type Sought = { readonly name: string; readonly node: Index | Span; readonly isCalled: boolean }
/** A field that a table of this chunk does not have yet: whether it comes later is known at the end. */
type Awaited = { readonly table: TableType; readonly name: string; readonly node: Span; readonly owner: string }

export abstract class Access extends Conditions {
  readonly #awaited: Awaited[] = []

  /** The type of `a.b` or `a[b]`. */
  protected index(node: Index): Type {
    const key = this.keyOf(node)
    const known = key === undefined ? undefined : this.flow.fact(key)
    if (known) return known
    const { isProbing } = this
    this.isProbing = false
    const object = this.value(node.object)
    this.isProbing = isProbing
    const name = this.fieldNameOf(node)
    if (name !== undefined) return this.field(object, { name, node, isCalled: false })
    const at = this.value(node.key)
    return this.element(object, at, node)
  }

  /** The type of a field of a value of type `object`. */
  protected field(object: Type, sought: Sought): Type {
    const { name, node } = sought
    const members = membersOf(object)
    if (members.length === 1) return this.#fieldOfOne(resolved(members[0]!), sought)
    const inner = resolved(object)
    if (inner.kind === 'never') return any
    const isPartial = members.some((member) => this.#has(resolved(member), name))
    const found: Type[] = []
    for (const member of members) {
      const one = resolved(member)
      if (isLoose(one)) return any
      if (one.kind === 'nil') this.tellNil(node, 'object' in node ? node.object : undefined, object)
      else if (isPartial && one.kind !== 'table' && !this.#has(one, name)) found.push(this.#partial(one, object, sought))
      else found.push(this.#fieldOfOne(one, sought))
    }
    return union(found)
  }

  /** A field that `member` of the union `object` has not, and others have: it may be missing. */
  #partial(member: Type, object: Type, { name, node }: Sought): Type {
    if (this.isProbing) return any
    const message = `${show(member)} has no field '${name}', and ${this.#ownerOf(node)} is ${show(object)}`
    this.report('E0012', placeOf(node), message, 'Test first which of them it is.')
    return any
  }

  #has(type: Type, name: string): boolean {
    return type.kind === 'record'
      ? type.fields.has(name)
      : isLoose(type) || type.kind === 'map' || (type.kind === 'table' && type.fields.has(name)) || type.kind === 'anytable'
  }

  #ownerOf(node: Index | Span): string {
    return 'object' in node ? `'${this.textOf(node.object)}'` : 'the value'
  }

  #fieldOfOne(type: Type, sought: Sought): Type {
    const { name, node, isCalled } = sought
    switch (type.kind) {
      case 'nil':
        this.tellNil(node, 'object' in node ? node.object : undefined, type)
        return any
      case 'record': {
        const field = type.fields.get(name)
        if (field) return field.optional ? optional(field.type) : field.type
        if (type.name === ERROR && isCalled) return this.#fieldOfOne(string, sought)
        if (isCalled && type.hasMeta) return any
        if (type.name !== null && /^[A-Z][A-Z0-9_]*$/.test(name)) return any
        this.#absent(type, sought, [...type.fields.keys()])
        return any
      }
      case 'table':
        return this.#fieldOfTable(type, sought)
      case 'intersection': {
        const found = fieldOf(type, name)
        if (!found && type.members.every((member) => resolved(member).kind === 'record')) this.#absent(type, sought)
        return found ?? any
      }
      case 'variable':
        return type.bound ? this.field(type.bound, sought) : any
      case 'map':
        return type.value
      case 'array':
        if (name !== 'n') this.#absent(type, sought)
        return any
      case 'string':
      case 'literal':
      case 'number':
      case 'integer':
      case 'boolean':
      case 'function':
      case 'fn':
      case 'thread':
        return this.#methodOfText(type, sought)
      default:
        return any
    }
  }

  /** What the global `string` has; of types that are no text there is nothing. */
  #methodOfText(type: Type, sought: Sought): Type {
    const strings = kindOf(type) === 'string' ? resolved(this.surroundings.global('string') ?? any) : undefined
    if (strings?.kind !== 'record') {
      if (!strings) this.#absent(type, sought)
      return any
    }
    const method = strings.fields.get(sought.name)
    if (!method) this.#absent(type, sought, [...strings.fields.keys()])
    return method?.type ?? any
  }

  /** Reports that a field is not there; `names` are. While the code only asks whether it is, that is no mistake. */
  #absent(type: Type, { name, node }: Omit<Sought, 'isCalled'>, names: readonly string[] = []): void {
    if (this.isProbing) return
    const owner = type.kind === 'table' ? this.#ownerOf(node) : show(widened(type))
    this.report('E0004', placeOf(node), `${owner} has no field '${name}'`, () => didYouMean(name, names, namesHint(names)))
  }

  #fieldOfTable(type: TableType, sought: Sought): Type {
    const { name, node, isCalled } = sought
    const field = type.fields.get(name)
    if (field !== undefined) return this.#seen(field, name, type)
    const method = methodOf(type, name)
    if (method) return method
    if (isCalled && !type.open) {
      if (type.owner !== this) this.#absent(type, sought, [...type.fields.keys()])
      else if (this.#awaited.length < MOST_AWAITED) {
        this.#awaited.push({ table: type, name, node: placeOf(node), owner: this.#ownerOf(node) })
      }
    }
    return type.proto ? this.#fieldOfObject(type, name, node) : any
  }

  /** A field that an object has from what it was made of. */
  #fieldOfObject(object: TableType, name: string, node: Index | Span): Type {
    const known = this.classes.fieldOf(object, name)
    if (known) return known
    const place = 'key' in node ? { start: node.key.start, end: node.key.end } : { start: node.start, end: node.end }
    if (!this.isProbing && !this.isQuiet && !this.flow.isDead) this.classes.misses({ object, name, place, owner: this.#ownerOf(node) })
    return any
  }

  /** A field of a table that no annotation describes: what else is assigned to it, elsewhere, may be anything. */
  #seen(type: Type, name: string, owner: TableType): Type {
    if (type.kind === 'fn' || type.kind === 'table' || type.kind === 'type') return type
    if (type.kind === 'nil') return any
    return owner.owner === this && this.bindings.assignedFields.has(name) ? any : widened(type)
  }

  /** Calls of functions that never came, and slips in the names of fields. */
  protected tellAwaited(): void {
    for (const { name, place, owner, meant } of this.classes.slips())
      this.report('E0004', place, `${owner} has no field '${name}'`, `Did you mean "${meant}"?`)
    for (const { table, name, node, owner } of this.#awaited) {
      if (table.open || table.fields.has(name) || this.bindings.assignedFields.has(name)) continue
      this.report('E0004', node, `${owner} has no function '${name}'`, () =>
        didYouMean(name, [...table.fields.keys()], namesHint([...table.fields.keys()])),
      )
    }
  }

  /** The type of `object[at]`. */
  protected element(object: Type, at: Type, node: Index): Type {
    const found: Type[] = []
    for (const member of membersOf(object)) {
      const type = resolved(member)
      if (type.kind === 'nil') this.tellNil(node, node.object, object)
      else if (type.kind === 'array') found.push(type.element)
      else if (type.kind === 'map') found.push(type.value)
      else if (type.kind === 'record' && at.kind === 'literal' && typeof at.value === 'string')
        found.push(this.field(type, { name: at.value, node, isCalled: false }))
      else {
        const kind = kindOf(type)
        if (kind !== undefined && kind !== 'table' && kind !== 'string' && kind !== 'userdata')
          this.report('E0004', node, `${show(type)} has no fields`)
        found.push(any)
      }
    }
    return found.length === 0 ? any : union(found)
  }

  /** Assigns to `a.b` or `a[b]` what `node` stands for. */
  protected assignField(target: Index, type: Type, node: Expression | undefined): void {
    const object = this.value(target.object)
    const name = this.fieldNameOf(target)
    if (name === undefined) this.storedUnder(target.key)
    const value = (wanted: Type, what: string): void => {
      if (node) this.demand(node, wanted, what)
      else this.mismatch(target, type, wanted, what)
    }
    for (const member of membersOf(object)) {
      const one = resolved(member)
      switch (one.kind) {
        case 'nil':
          this.tellNil(target, target.object, object)
          break
        case 'record':
          if (one.isReadonly) this.report('E0010', target, `'${this.textOf(target)}' is readonly`)
          else if (name !== undefined && one.name === null) {
            const field = one.fields.get(name)
            if (!field) this.#absent(one, { name, node: target }, [...one.fields.keys()])
            else value(field.optional ? optional(field.type) : field.type, `field '${name}'`)
          }
          break
        case 'array':
        case 'map':
          if (one.isReadonly) this.report('E0010', target, `'${this.textOf(target.object)}' is readonly`)
          else value(optional(one.kind === 'array' ? one.element : one.value), 'element')
          break
        case 'table':
          this.#store(one, name, type)
          break
        case 'number':
        case 'integer':
        case 'boolean':
        case 'literal':
        case 'string':
          this.report('E0004', target, `${show(widened(one))} has no fields`)
          break
      }
    }
    this.#remember(target, type)
  }

  /** The type of the key of an assignment. What is assigned to the key nil is kept nowhere, and running it tells nobody. */
  protected storedUnder(key: Expression): Type {
    const type = this.value(key)
    if (resolved(type).kind === 'nil') this.report('E0008', key, 'nothing is kept under the key nil', NIL_KEY_HINT)
    else if (membersOf(type).some((member) => resolved(member).kind === 'nil')) this.tellNil(key, key, type)
    return type
  }

  #store(table: TableType, name: string | undefined, type: Type): void {
    if (table.owner !== this) return
    if (name === undefined) {
      table.element = table.element ? joined(table.element, type) : widened(type)
      table.open = true
      return
    }
    const before = table.fields.get(name)
    if (!before || before.kind === 'nil') table.fields.set(name, type)
    else if (before !== type)
      table.fields.set(name, before.kind === 'fn' && type.kind === 'fn' ? someFunction : joined(widened(before), widened(type)))
  }

  #remember(target: Index, type: Type): void {
    const key = this.keyOf(target)
    if (key === undefined) return
    this.flow.forget(key)
    if (!hasNil(type)) this.flow.know(key, type)
  }

  /** Demands that an expression be of a type; tells where it is not. */
  protected abstract demand(node: Expression, wanted: Type, what: string): void
}

/** A function that a table has through its metatable. */
const methodOf = (table: TableType, name: string): Type | undefined => {
  const found = protosOf(table)
    .find(({ fields }) => fields.has(name))
    ?.fields.get(name)
  return found?.kind === 'fn' ? found : undefined
}

/** Where the name of a field is written. */
const placeOf = (node: Index | Span): Span => {
  const { start, end } = 'key' in node ? node.key : node
  return { start, end }
}

const NIL_KEY_HINT = 'Test it first (if key ~= nil then …).'
const MOST_AWAITED = 2000
const SHOWN = 8
const namesHint = (names: readonly string[]): string =>
  names.length === 0 ? '' : `It has: ${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', …' : ''}.`
