// Types as values. They are never changed, but for tables whose fields become known while a chunk is read (`table`).

const NAMES = [
  'any',
  'unknown',
  'never',
  'nil',
  'boolean',
  'number',
  'integer',
  'string',
  'anytable',
  'function',
  'thread',
  'userdata',
] as const
export type BasicName = (typeof NAMES)[number]

export type Basic = { readonly kind: BasicName }
/** One value: `"pending"`, `3`, `true`. */
export type Literal = {
  readonly kind: 'literal'
  readonly value: string | number | boolean
  readonly of: 'string' | 'number' | 'integer' | 'boolean'
}
/** `soft`: that it may be nil was never said by the code that is checked; only a type that it wrote holds against it. */
export type Union = { readonly kind: 'union'; readonly members: readonly Type[]; readonly soft: boolean }
export type Intersection = { readonly kind: 'intersection'; readonly members: readonly Type[] }
export type Field = { readonly type: Type; readonly optional: boolean }
/**
 * A table with named fields that somebody declared. `name`: it is one of the objects that a host module gives. `label`: what it is called
 * where it was defined.
 */
export type RecordType = {
  readonly kind: 'record'
  readonly fields: ReadonlyMap<string, Field>
  readonly name: string | null
  readonly label: string | null
  /** Whether a metatable may give it more than its fields: it was declared where metatables are set. */
  readonly hasMeta: boolean
  readonly isReadonly: boolean
}
/** A table that was made where no type said what it is: its fields, as far as they are seen, and what its other values are. */
export type TableType = {
  readonly kind: 'table'
  readonly fields: Map<string, Type>
  /** Where a metatable looks for what it does not have. */
  readonly proto: TableType | null
  element: Type | null
  /** Whether there may be fields that nobody sees here. */
  open: boolean
  /** The check that made it; others do not change it. */
  readonly owner: object
}
export type ArrayType = { readonly kind: 'array'; readonly element: Type; readonly isReadonly: boolean }
export type MapType = { readonly kind: 'map'; readonly key: Type; readonly value: Type; readonly isReadonly: boolean }
/** A parameter of a generic function or type. */
export type TypeVariable = { readonly kind: 'variable'; readonly name: string; readonly bound: Type | null }
export type Parameter = { readonly name: string; readonly type: Type; readonly optional: boolean }
/** What a condition says of one value. */
export type Test =
  | { readonly kind: 'truthy'; readonly is: boolean }
  | { readonly kind: 'equals'; readonly other: Type; readonly is: boolean }
  | { readonly kind: 'type'; readonly name: string; readonly is: boolean }
  | { readonly kind: 'is'; readonly type: Type; readonly is: boolean }
/** What holds of an argument when a function has returned. */
export type Ensured = { readonly parameter: number; readonly test: Test }
export type FunctionType = {
  readonly kind: 'fn'
  readonly generics: readonly TypeVariable[]
  readonly parameters: readonly Parameter[]
  readonly rest: Type | null
  readonly results: readonly Type[]
  /** The type of all results behind those; null when there are none. */
  readonly more: Type | null
  /** Called with a colon; the object is not among the parameters. */
  readonly isMethod: boolean
  /** Whether more arguments than parameters are a mistake. */
  readonly isClosed: boolean
  readonly ensures: readonly Ensured[]
}
/** A name for a type, found when it is needed: types may contain themselves. */
export type Named = { readonly kind: 'named'; readonly name: string; readonly args: readonly Type[]; readonly resolve: () => Type }
/** The value that `type Name = …` makes. */
export type TypeValue = {
  readonly kind: 'type'
  readonly name: string
  readonly make: (args: readonly Type[]) => Type
  readonly arity: number
}

export type Type =
  | Basic
  | Literal
  | Union
  | Intersection
  | RecordType
  | TableType
  | ArrayType
  | MapType
  | TypeVariable
  | FunctionType
  | Named
  | TypeValue

const basics = Object.fromEntries(NAMES.map((kind) => [kind, { kind }])) as { readonly [Name in BasicName]: Basic }
export const { any, unknown, never, nil, boolean, number, integer, string, anytable, thread, userdata } = basics
export const anyFunction: Basic = basics.function

const LITERALS = 8
const MEMBERS = 64
const NAMED = 32

export const literal = (value: string | number | boolean, of: Literal['of']): Literal => ({ kind: 'literal', value, of })
export const TRUE = literal(true, 'boolean')
export const FALSE = literal(false, 'boolean')

export const record = (fields: ReadonlyMap<string, Field>, name: string | null = null): RecordType => ({
  kind: 'record',
  fields,
  name,
  label: name,
  hasMeta: false,
  isReadonly: false,
})
export const table = (owner: object): TableType => ({ kind: 'table', fields: new Map(), proto: null, element: null, open: false, owner })
/** A table that has the methods of another one, and whatever else it is given. */
export const instanceOf = (proto: TableType, owner: object, fields: Map<string, Type> = new Map()): TableType => ({
  ...{ kind: 'table', fields, proto, element: null, open: true, owner },
})
export const array = (element: Type): ArrayType => ({ kind: 'array', element, isReadonly: false })

type Partial = { [Key in keyof FunctionType]?: FunctionType[Key] }
/** A function; what is not said is none of it. */
export const fn = (parts: Partial): FunctionType => ({
  kind: 'fn',
  generics: [],
  parameters: [],
  rest: null,
  results: [],
  more: null,
  isMethod: false,
  isClosed: false,
  ensures: [],
  ...parts,
})
/** A function of which nothing is known but that it is one. */
export const someFunction = fn({ rest: any, more: any })

/** Behind all names. A name that stands for itself is any. */
export const resolved = (type: Type): Type => {
  let inner = type
  for (let steps = 0; inner.kind === 'named'; steps++) {
    if (steps > NAMED) return any
    inner = inner.resolve()
  }
  return inner
}

const sameLiteral = (a: Type, b: Type): boolean =>
  a === b || (a.kind === 'literal' && b.kind === 'literal' && a.value === b.value && a.of === b.of)

/** The members of a type: of a union its own, names of unions taken apart. What a union has through its own name it has already. */
export const membersOf = (type: Type): readonly Type[] => {
  const inner = resolved(type)
  if (inner.kind !== 'union') return inner.kind === 'never' ? [] : [type]
  return flattened(inner)
}

/** The parts of an intersection, names of intersections taken apart. */
export const partsOf = (type: Intersection): readonly Type[] => flattened(type)

const flattened = (type: Union | Intersection): readonly Type[] => {
  if (!type.members.some((member) => member.kind === 'named')) return type.members
  const found: Type[] = []
  const seen = new Set<Type>([type])
  const gather = (members: readonly Type[]): void => {
    for (const member of members) {
      const one = resolved(member)
      if (one.kind !== type.kind) found.push(member)
      else if (!seen.has(one)) {
        seen.add(one)
        gather(one.members)
      }
    }
  }
  gather(type.members)
  return found
}

/** One type of several. Any takes all; a type takes its literals; a union of very many is any. */
export const union = (types: readonly Type[], soft = false): Type => {
  const members: Type[] = []
  let literals = 0
  let isSoft = soft
  for (const type of types) {
    // Names stay: what they stand for may contain what is being made here.
    const inner = type.kind === 'union' ? type.members : type.kind === 'never' ? [] : [type]
    if (type.kind === 'union' && type.soft) isSoft = true
    for (const member of inner) {
      const { kind } = member
      if (kind === 'any') return any
      if (members.some((known) => sameLiteral(known, member) || (member.kind === 'literal' && known.kind === member.of))) continue
      if (kind === 'literal') literals++
      members.push(member)
      if (members.length > MEMBERS * LITERALS) return any
    }
  }
  const bases = new Set(members.map(({ kind }) => kind))
  let left = members.filter(
    (member) =>
      !(member.kind === 'literal' && (bases.has(member.of) || (member.of === 'integer' && bases.has('number')))) &&
      !(member.kind === 'integer' && bases.has('number')),
  )
  if (literals > 1 && left.some((member) => sameLiteral(member, TRUE)) && left.some((member) => sameLiteral(member, FALSE))) {
    left = [...left.filter((member) => !(member.kind === 'literal' && member.of === 'boolean')), boolean]
  }
  if (left.length === 0) return never
  return left.length === 1 ? left[0]! : { kind: 'union', members: left, soft: isSoft }
}

export const optional = (type: Type, soft = false): Type => union([type, nil], soft)

/** The type that a variable of this value has which is assigned others: `number` for 3. */
export const widened = (type: Type): Type => {
  if (type.kind === 'literal') return basics[type.of]
  if (type.kind === 'union' && type.members.some(({ kind }) => kind === 'literal')) return union(type.members.map(widened), type.soft)
  return type
}

/** Whether nothing is known of a value of this type. */
export const isLoose = (type: Type): boolean => type.kind === 'any' || type.kind === 'unknown'

/** Whether nil is among the values of a type, as somebody has said. */
export const hasNil = (type: Type): boolean =>
  membersOf(type).some((member) => {
    const { kind } = resolved(member)
    return kind === 'nil' || kind === 'any' || kind === 'unknown'
  })

const ofLiteral = { string: 'string', number: 'number', integer: 'number', boolean: 'boolean' } as const

/** What `type(value)` says of a value of a type; undefined when it could be several. */
export const kindOf = (type: Type): string | undefined => {
  const inner = resolved(type)
  switch (inner.kind) {
    case 'nil':
    case 'boolean':
    case 'number':
    case 'string':
    case 'thread':
    case 'userdata':
    case 'function':
      return inner.kind
    case 'integer':
      return 'number'
    case 'literal':
      return ofLiteral[inner.of]
    case 'fn':
      return 'function'
    case 'anytable':
    case 'array':
    case 'map':
    case 'table':
      return 'table'
    case 'record':
      // Objects of hosts are tables or userdata.
      return inner.name === null ? 'table' : undefined
    default:
      return undefined
  }
}

/** What both types together can be where two ways meet. What is nil, or something else altogether, on one way only is not held against the code. */
export const joined = (a: Type, b: Type): Type => {
  if (a === b || sameLiteral(a, b)) return a
  if (a.kind === 'never') return b
  if (b.kind === 'never') return a
  const kinds = new Set([...membersOf(a), ...membersOf(b)].map((member) => kindOf(member) ?? member.kind))
  if (kinds.size > 1) return any
  const both = union([a, b])
  return both.kind === 'union' && both.members.length > LITERALS ? union(both.members.map(widened)) : both
}
