// The tree of a chunk. Every node knows its kind and its offsets in the text; types are nodes like any other.
//
// What only the typed language has stands in nodes of its own (`annotation`, `generics`, `results`, `typeargs`, `cast`, `typestat`,
// `interfacestat`): erasing a chunk means to replace these.

import type { Source } from './source.ts'

type Span = { readonly start: number; readonly end: number }
type Node<Kind extends string, Fields = unknown> = Span & { readonly kind: Kind } & Fields

// --- Expressions

export type Name = Node<'name', { readonly name: string }>

export type Expression =
  | Name
  | Node<'nil' | 'true' | 'false' | 'vararg' | 'number'>
  | StringLiteral
  | Node<'function', { readonly body: FunctionBody }>
  | Index
  | Call
  | Node<'binary', { readonly operator: string; readonly left: Expression; readonly right: Expression }>
  | Node<'unary', { readonly operator: string; readonly operand: Expression }>
  | Node<'table', { readonly fields: readonly Field[] }>
  | Node<'paren', { readonly inner: Expression }>
  | Cast

export type StringLiteral = Node<'string', { readonly text: string }>
/** `object[key]`; for `object.name` the key is a string node over the name, whose `text` is quoted. */
export type Index = Node<'index', { readonly object: Expression; readonly key: Expression }>
export type Call = Node<
  'call',
  {
    readonly callee: Expression
    /** The name behind the colon of `callee:method(…)`. */
    readonly method: Name | undefined
    readonly typeArgs: TypeArguments | undefined
    readonly args: readonly Expression[]
  }
>
/** `x as T`, `x :: T`, and without a type `x!`. From `mark` on it is not Lua. */
export type Cast = Node<'cast', { readonly inner: Expression; readonly type: Type | undefined; readonly mark: number }>
export type Field = Node<'field', { readonly key: Expression | undefined; readonly value: Expression }>

// --- Functions and statements

/** From the colon (or the `?` before it) to the end of the type. */
export type Annotation = Node<'annotation', { readonly type: Type }>
export type TypeParameter = Node<'typeparameter', { readonly name: string; readonly bound: Type | undefined }>
export type Generics = Node<'generics', { readonly parameters: readonly TypeParameter[] }>
export type TypeArguments = Node<'typeargs', { readonly types: readonly Type[] }>
/** From the colon behind the parameters to the end of the last type. */
export type Results = Node<'results', { readonly items: readonly TypeItem[] }>
/** A parameter; the variadic one is named `...`. */
export type Parameter = Node<
  'parameter',
  { readonly name: string; readonly optional: boolean; readonly annotation: Annotation | undefined }
>
export type FunctionBody = Node<
  'body',
  {
    readonly generics: Generics | undefined
    readonly parameters: readonly Parameter[]
    readonly results: Results | undefined
    readonly block: Block
  }
>

export type Block = Node<'block', { readonly body: readonly Statement[] }>
export type LocalName = Node<
  'local',
  { readonly name: string; readonly attribute: string | undefined; readonly annotation: Annotation | undefined }
>
export type Arm = Node<'arm', { readonly condition: Expression; readonly block: Block }>

export type Statement =
  | Node<'localstat', { readonly names: readonly LocalName[]; readonly values: readonly Expression[] }>
  | Node<'localfunction', { readonly name: Name; readonly body: FunctionBody }>
  | Node<'functionstat', { readonly target: Expression; readonly method: Name | undefined; readonly body: FunctionBody }>
  | Node<'assign', { readonly targets: readonly Expression[]; readonly values: readonly Expression[] }>
  | Node<'callstat', { readonly call: Expression }>
  | Node<'do', { readonly block: Block }>
  | Node<'while', { readonly condition: Expression; readonly block: Block }>
  | Node<'repeat', { readonly block: Block; readonly condition: Expression }>
  | Node<'if', { readonly arms: readonly Arm[]; readonly otherwise: Block | undefined }>
  | Node<'fornumber', { readonly variable: LocalName; readonly bounds: readonly Expression[]; readonly block: Block }>
  | Node<'forin', { readonly variables: readonly LocalName[]; readonly values: readonly Expression[]; readonly block: Block }>
  | Node<'return', { readonly values: readonly Expression[] }>
  | Node<'break'>
  | Node<'goto' | 'label', { readonly label: string }>
  | TypeStatement

/** `type Name<T> = definition`, or `interface Name: bases … end`, whose definition is a record. */
export type TypeStatement = Node<
  'typestat',
  {
    readonly name: Name
    readonly generics: Generics | undefined
    readonly bases: readonly Type[]
    readonly definition: Type
  }
>

// --- Types

export type TypeField = Node<'typefield', { readonly name: string; readonly optional: boolean; readonly type: Type }>
export type Validator = Node<'validator', { readonly name: string; readonly args: readonly Expression[] }>
/** A type in a list of parameters or results; `variadic` for `...T`. */
export type TypeItem = Node<
  'typeitem',
  { readonly name: string | undefined; readonly optional: boolean; readonly variadic: boolean; readonly type: Type }
>

export type Type =
  | Node<'primitive', { readonly name: string }>
  | Node<'literal', { readonly text: string }>
  | Reference
  | Node<'array', { readonly element: Type }>
  | Node<'map', { readonly key: Type; readonly value: Type }>
  | Node<'record', { readonly fields: readonly TypeField[] }>
  | FunctionType
  | Node<'optional' | 'readonly' | 'group' | 'keyof', { readonly inner: Type }>
  | Node<'union' | 'intersection', { readonly members: readonly Type[] }>
  | Node<'validated', { readonly inner: Type; readonly validators: readonly Validator[] }>
  | Node<'member', { readonly object: Type; readonly key: Type }>
  | Node<'conditional', { readonly check: Type; readonly bound: Type; readonly then: Type; readonly otherwise: Type }>
  | Node<'asserts', { readonly parameter: string; readonly narrowed: Type | undefined }>
  | Node<'typeof', { readonly value: Expression }>

/** The most parts that the dotted name of a type may have. */
export const MAX_PATH = 16

export type Reference = Node<'reference', { readonly path: readonly string[]; readonly args: readonly Type[] }>
export type FunctionType = Node<
  'functiontype',
  { readonly generics: Generics | undefined; readonly parameters: readonly TypeItem[]; readonly results: readonly TypeItem[] }
>

export type AnyNode =
  | Expression
  | Field
  | Statement
  | Block
  | Arm
  | LocalName
  | FunctionBody
  | Parameter
  | Annotation
  | Generics
  | TypeParameter
  | TypeArguments
  | Results
  | Type
  | TypeField
  | TypeItem
  | Validator

/** `prelude` is the length of what stands before the first token and is not Lua: a byte order mark, a `#!` line. */
export type Chunk = { readonly source: Source; readonly prelude: number; readonly block: Block }
