// What is left of a type at run time: a table that describes it, as Lua on one line. `__type` (runtime-lua/types.lua) makes a type value of it.
//
//   "number"                                 a primitive
//   {"ref", "lib.User", lib and lib.User}    another type, by the Lua variable of its name; what is no type value counts as `any`
//   {"apply", T, {A, B}}                     a generic type with its arguments
//   {"literal", 3}  {"optional", T}  {"readonly", T}  {"keyof", T}
//   {"array", T}  {"map", K, V}  {"member", T, K}
//   {"record", {"x", T}, {"y", U, true}}     fields; true marks an optional one
//   {"function", {{"a", T}, {false, U, true}, rest = V}, {R1, R2, rest = V}}
//   {"union", …}  {"intersection", …}
//   {"check", T, {"min", 0}, …}              validators with their arguments; behind a pattern its program (see regex-program.ts)
//   {"conditional", check, bound, then, otherwise}
//   {"typeof", v}                            the type of a value, found when it is first needed
//
// The table is built by a function that has the type's own name and its type parameters as parameters: names are looked up when the type is
// first used, so a type may contain itself and a type that is defined further down.

import { type Expression, MAX_PATH, type Reference, type Type, type TypeStatement, type Validator } from './ast.ts'
import { oneLine, stringValue } from './literal.ts'
import { compileRegex } from './regex-program.ts'
import { type Code, code, keyed, quoted, table, tagged } from './tablecode.ts'
import { kindOfWord } from './token.ts'

export type ShapeContext = {
  /** The type with which a local of this name was annotated, where the definition stands. */
  readonly annotated: (name: string) => Type | undefined
  /** Whether a name is a type parameter of a function around the definition: at run time it can be anything. */
  readonly free: (name: string) => boolean
  readonly refuse: (node: Expression, message: string) => never
  /** Counts what an expression becomes that may be much longer than it is; refuses what is too much. */
  readonly counted: (node: Expression, made: Code) => Code
  readonly textOf: (node: Expression) => string
}

/** The call that makes the type value of a definition. */
export const definitionOf = (statement: TypeStatement, context: ShapeContext): string => {
  const { name } = statement.name
  const parameters = statement.generics?.parameters ?? []
  const names = parameters.map((parameter) => parameter.name)
  const own = shapeOf(statement.definition, context)
  const shape = statement.bases.length > 0 ? tagged('intersection', ...statement.bases.map((base) => shapeOf(base, context)), own) : own
  const bounds = parameters.some(({ bound }) => bound) ? parameters.map(({ bound }) => (bound ? shapeOf(bound, context).text : 'nil')) : []
  const build = `function(${[name, ...names].join()})return ${[shape.text, ...bounds].join()} end`
  const generic = names.length > 0 ? `,${table(names.map(quoted)).text}` : ''
  return `__type("${name}",${build}${generic})`
}

const shapeOf = (type: Type, context: ShapeContext): Code => {
  const shape = (inner: Type) => shapeOf(inner, context)
  switch (type.kind) {
    case 'primitive':
      return quoted(type.name)
    case 'literal':
      return tagged('literal', code(/^["'[]/.test(type.text) ? oneLine(type.text) : type.text))
    case 'reference':
      if (type.path.length === 1 && context.free(type.path[0]!)) return quoted('any')
      return type.args.length > 0 ? tagged('apply', nameOf(type), table(type.args.map(shape))) : nameOf(type)
    case 'array':
      return tagged('array', shape(type.element))
    case 'map':
      return tagged('map', shape(type.key), shape(type.value))
    case 'record':
      return tagged('record', ...type.fields.map((field) => entry(quoted(field.name), field, context)))
    case 'functiontype': {
      const own = new Set(type.generics?.parameters.map((parameter) => parameter.name))
      const inner = own.size > 0 ? { ...context, free: (name: string) => own.has(name) || context.free(name) } : context
      const parameters = type.parameters.map((item) => {
        if (item.variadic) return keyed('rest', shapeOf(item.type, inner))
        return entry(item.name === undefined ? code('false') : quoted(item.name), item, inner)
      })
      const results = type.results.map((item) => (item.variadic ? keyed('rest', shapeOf(item.type, inner)) : shapeOf(item.type, inner)))
      return tagged('function', table(parameters), table(results))
    }
    case 'optional':
    case 'readonly':
    case 'keyof':
      return tagged(type.kind, shape(type.inner))
    case 'group':
      return shape(type.inner)
    case 'union':
    case 'intersection':
      return tagged(type.kind, ...type.members.map(shape))
    case 'validated':
      return tagged('check', shape(type.inner), ...type.validators.map((validator) => checkOf(validator, context)))
    case 'member':
      return tagged('member', shape(type.object), shape(type.key))
    case 'conditional':
      return tagged('conditional', shape(type.check), shape(type.bound), shape(type.then), shape(type.otherwise))
    case 'asserts':
      return quoted('any')
    case 'typeof':
      return typeOf(type.value, context)
  }
}

const nameOf = ({ path }: Reference): Code => tagged('ref', quoted(path.join('.')), code(chainOf(path)))

/** `a and a.b and a.b.c`: nil when any part is missing. */
const chainOf = (path: readonly string[]): string => path.map((_, index) => path.slice(0, index + 1).join('.')).join(' and ')

const entry = (name: Code, item: { readonly type: Type; readonly optional: boolean }, context: ShapeContext): Code =>
  table([name, shapeOf(item.type, context), ...(item.optional ? [code('true')] : [])])

const checkOf = (validator: Validator, context: ShapeContext): Code => {
  const refuse = (arg: Expression) => context.refuse(arg, `an argument of '@${validator.name}' must be a literal or a name`)
  const args = validator.args.map((arg) => constantOf(arg, context) ?? refuse(arg))
  const [pattern] = validator.args
  if (validator.name === 'pattern' && pattern) args.push(programOf(pattern, context))
  return tagged(validator.name, ...args)
}

/** The program of a regular expression: compiled here, where a fault in it has a place. */
const programOf = (pattern: Expression, context: ShapeContext): Code => {
  if (pattern.kind !== 'string') return context.refuse(pattern, "the argument of '@pattern' must be a string literal")
  const program = compileRegex(stringValue(pattern.text))
  if (typeof program === 'string') return context.refuse(pattern, `this is not a regular expression: ${program}`)
  return context.counted(pattern, table(program.map((instruction) => code(`{${instruction.join()}}`))))
}

/** The type of a value: of a local with an annotation that, otherwise what the value turns out to be. */
const typeOf = (expression: Expression, context: ShapeContext): Code => {
  const annotated = expression.kind === 'name' ? context.annotated(expression.name) : undefined
  // An annotation may itself say `typeof`: those are left to the run time, or `local x: typeof(x)` would have no end.
  if (annotated) return context.counted(expression, shapeOf(annotated, { ...context, annotated: () => undefined }))
  const value = constantOf(expression, context)
  return value ? tagged('typeof', value) : quoted('any')
}

/** An expression that can be evaluated late and twice; undefined when it does more than name or hold values. */
const constantOf = (expression: Expression, context: ShapeContext): Code | undefined => {
  switch (expression.kind) {
    case 'nil':
    case 'true':
    case 'false':
      return code(expression.kind)
    case 'number':
      return code(context.textOf(expression))
    case 'string':
      return code(oneLine(expression.text))
    case 'name':
    case 'index': {
      const path = pathOf(expression)
      return path && code(`(${chainOf(path)})`)
    }
    case 'paren':
      return constantOf(expression.inner, context)
    case 'unary':
      if (expression.operator !== '-' || expression.operand.kind !== 'number') return undefined
      return code(`-${context.textOf(expression.operand)}`)
    case 'table': {
      const items: Code[] = []
      for (const { key, value } of expression.fields) {
        const item = constantOf(value, context)
        const name = key && constantOf(key, context)
        if (!item || (key && !name)) return undefined
        items.push(name ? keyed(`[${name.text}]`, item) : item)
      }
      return table(items)
    }
    default:
      return undefined
  }
}

/** `a.b.c` as its names. */
const pathOf = (expression: Expression): string[] | undefined => {
  const path: string[] = []
  let object = expression
  for (; object.kind === 'index' && path.length < MAX_PATH; object = object.object) {
    const { key } = object
    const name = key.kind === 'string' ? key.text.slice(1, -1) : ''
    if (!/^[A-Za-z_]\w*$/.test(name) || kindOfWord(name) !== '<name>') return undefined
    path.unshift(name)
  }
  return object.kind === 'name' ? [object.name, ...path] : undefined
}
