// A tree → plain Lua 5.4. Every token that stays keeps its line, and its column wherever that is possible: what goes becomes spaces.
//
//   local x: number = f() as T        local x         = f()
//   type Id = string                  local Id = __type("Id", function(Id) return "string" end);
//   return f() as T                   return (f())           a cast has one value
//   local y = x as T ⏎ (g or h)()     local y = x;    ⏎ …    or Lua would read a call of x
//
// A chunk without types comes back as it is, byte for byte.

import type { AnyNode, Block, Cast, Chunk, Expression, FunctionBody, LocalName, Statement, Type, TypeStatement } from './ast.ts'
import { syntaxError } from './diagnostics.ts'
import { commentEnd } from './lexer.ts'
import { isSpace } from './literal.ts'
import { definitionOf } from './shape.ts'
import type { Source } from './source.ts'
import { walk } from './walk.ts'

/** Characters that a chunk's `typeof`s and patterns may become. */
const MOST_COUNTED = 1_000_000

/** Replaces the text between two offsets; the room that `text` does not need becomes spaces. */
type Edit = { readonly start: number; readonly end: number; readonly text: string }
/** The annotations of the locals of a block; undefined hides an outer one. */
type Names = Map<string, Type | undefined>

export const erase = (chunk: Chunk): string => new Eraser(chunk).code()

class Eraser {
  readonly #source: Source
  readonly #chunk: Chunk
  readonly #edits: Edit[] = []
  /** From the inside out: the last is the innermost block. */
  readonly #scopes: Names[] = []
  /** The type parameters of the functions around. */
  readonly #free: string[] = []
  /** Casts that are called, and casts that must be cut to one value. */
  readonly #called = new Set<Expression>()
  readonly #single = new Set<Expression>()
  #counted = 0

  constructor(chunk: Chunk) {
    this.#chunk = chunk
    this.#source = chunk.source
  }

  code(): string {
    if (this.#chunk.prelude > 0) this.#blank({ start: 0, end: this.#chunk.prelude })
    this.#block(this.#chunk.block)
    return this.#edits.length === 0 ? this.#source.text : applied(this.#source.text, this.#edits)
  }

  #blank(span: { readonly start: number; readonly end: number }, text = ''): void {
    this.#edits.push({ start: span.start, end: span.end, text })
  }

  // --- Statements

  #block(block: Block, names: Names = new Map()): void {
    this.#scopes.push(names)
    const ahead = new Set<string>()
    const declaring = block.body.filter(declares) // few: a function has at most 200 locals
    for (const statement of block.body) {
      if (statement.kind === 'typestat') this.#define(statement, declaring.slice(declaring.indexOf(statement) + 1), ahead)
      else walk(statement, this.#visit)
      declareIn(names, statement)
    }
    this.#scopes.pop()
  }

  /** Names of types that are used before their definition in the same block get their local here; `ahead` remembers them. */
  #define(statement: TypeStatement, behind: readonly Statement[], ahead: Set<string>): void {
    const { name } = statement.name
    const later = namesDefinedLater(statement, behind).filter((other) => !ahead.has(other) && !this.#scopes.at(-1)!.has(other))
    const made = definitionOf(statement, {
      annotated: (local) => this.#scopes.findLast((scope) => scope.has(local))?.get(local),
      free: (type) => this.#free.includes(type) && !statement.generics?.parameters.some((parameter) => parameter.name === type),
      refuse: (node, message) => {
        throw syntaxError(this.#source, node.start, node.end, message)
      },
      counted: (node, made) => {
        this.#counted += made.text.length
        if (this.#counted <= MOST_COUNTED) return made
        const message = `the types of this file become too much code: more than ${MOST_COUNTED} characters`
        throw syntaxError(this.#source, node.start, node.end, message, 'give a type that is used often a name of its own')
      },
      textOf: (node) => this.#source.text.slice(node.start, node.end),
    })
    const known = ahead.has(name)
    for (const other of later) ahead.add(other)
    const locals = known ? later : [name, ...later]
    const declaration = later.length > 0 ? `local ${locals.join(', ')}; ${name}` : known ? name : `local ${name}`
    this.#blank(statement, `${declaration} = ${made};`)
  }

  #function(body: FunctionBody): void {
    const names: Names = new Map()
    const outer = this.#free.length
    if (body.generics) {
      this.#blank(body.generics)
      for (const { name } of body.generics.parameters) this.#free.push(name)
    }
    for (const { name, annotation } of body.parameters) {
      if (annotation) this.#blank(annotation)
      names.set(name, annotation?.type)
    }
    if (body.results) this.#blank(body.results)
    this.#block(body.block, names)
    this.#free.length = outer
  }

  #loop(variables: readonly LocalName[], values: readonly Expression[], block: Block): void {
    for (const value of values) walk(value, this.#visit)
    for (const { annotation } of variables) if (annotation) this.#blank(annotation)
    this.#block(block, new Map(variables.map(({ name, annotation }) => [name, annotation?.type])))
  }

  // --- Expressions

  readonly #visit = (node: AnyNode): boolean => {
    switch (node.kind) {
      case 'annotation':
      case 'typeargs':
        this.#blank(node)
        return false
      case 'block':
        this.#block(node)
        return false
      case 'body':
        this.#function(node)
        return false
      case 'fornumber':
        this.#loop([node.variable], node.bounds, node.block)
        return false
      case 'forin':
        this.#loop(node.variables, node.values, node.block)
        return false
      case 'return':
        this.#cut(node.values.at(-1))
        return true
      case 'localstat':
        if (node.names.length > node.values.length) this.#cut(node.values.at(-1))
        return true
      case 'assign':
        if (node.targets.length > node.values.length) this.#cut(node.values.at(-1))
        return true
      case 'call':
        this.#called.add(node.callee)
        this.#cut(node.args.at(-1))
        return true
      case 'table': {
        const last = node.fields.at(-1)
        if (last && !last.key) this.#cut(last.value)
        return true
      }
      case 'cast':
        this.#cast(node)
        return true
      default:
        return true
    }
  }

  /** Notes a cast that would let more than one value through, where more than one would be taken. */
  #cut(last: Expression | undefined): void {
    if (last?.kind !== 'cast') return
    let innermost = last
    while (innermost.inner.kind === 'cast') innermost = innermost.inner
    const { kind } = innermost.inner
    if (kind === 'call' || kind === 'vararg') this.#single.add(innermost)
  }

  #cast(cast: Cast): void {
    const single = this.#single.has(cast)
    const ends = !this.#called.has(cast) && this.#parenthesisAfter(cast.end)
    if (single) this.#blank({ start: cast.start, end: cast.start }, '(')
    this.#blank({ start: cast.mark, end: cast.end }, `${single ? ')' : ''}${ends ? ';' : ''}`)
  }

  #parenthesisAfter(offset: number): boolean {
    const { text } = this.#source
    let at = offset
    for (;;) {
      while (isSpace(text.charCodeAt(at))) at++
      if (!text.startsWith('--', at)) return text.charAt(at) === '('
      at = commentEnd(text, at)
    }
  }
}

const declares = ({ kind }: Statement): boolean => kind === 'localstat' || kind === 'localfunction' || kind === 'typestat'

const declareIn = (names: Names, statement: Statement): void => {
  if (statement.kind === 'localstat') for (const { name, annotation } of statement.names) names.set(name, annotation?.type)
  if (statement.kind === 'localfunction' || statement.kind === 'typestat') names.set(statement.name.name, undefined)
}

/** The types that a definition uses and that those `behind` it in the same block define, with no other local of that name between. */
const namesDefinedLater = (statement: TypeStatement, behind: readonly Statement[]): string[] => {
  const used = new Set<string>()
  walk(statement, (node) => {
    if (node.kind === 'reference') used.add(node.path[0]!)
    return true
  })
  used.delete(statement.name.name)
  const later: string[] = []
  const between: Names = new Map()
  for (const next of used.size > 0 ? behind : []) {
    if (next.kind === 'typestat' && used.has(next.name.name) && !between.has(next.name.name)) later.push(next.name.name)
    declareIn(between, next)
  }
  return later
}

/** The text with its edits; an edit inside another one is void. */
const applied = (text: string, edits: readonly Edit[]): string => {
  const inOrder = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
  const parts: string[] = []
  let at = 0
  for (const edit of inOrder) {
    if (edit.start < at) continue
    parts.push(text.slice(at, edit.start), edit.text, room(text, edit))
    at = edit.end
  }
  parts.push(text.slice(at))
  return parts.join('')
}

/** What remains of an edit's place: spaces up to its width; of several lines the line ends, and spaces on the last. */
const room = (text: string, { start, end, text: put }: Edit): string => {
  const gone = text.slice(start, end)
  const last = Math.max(gone.lastIndexOf('\n'), gone.lastIndexOf('\r'))
  if (last < 0) return ' '.repeat(Math.max(0, gone.length - put.length))
  return gone.replace(/[^\r\n]+/g, '') + ' '.repeat(gone.length - last - 1)
}
