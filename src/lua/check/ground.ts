// What every part of a check stands on: the chunk, what is known at this place of it, and where mistakes are told.

import type { Block, Chunk, Expression, FunctionBody, Index, Name } from '../ast.ts'
import { stringValue } from '../literal.ts'
import { Comparison } from './assignable.ts'
import { Bindings, type Variable } from './binding.ts'
import { Classes } from './class.ts'
import type { Code } from './codes.ts'
import { withoutNil } from './filter.ts'
import { Flow } from './flow.ts'
import { TypeReader } from './reader.ts'
import { show } from './show.ts'
import { any, type FunctionType, resolved, type Type } from './type.ts'
import { Work } from './work.ts'

/** What a chunk can see of the world around it. */
export type Surroundings = {
  /** The type of what `require(name)` gives; undefined when nothing is known of it. */
  readonly module: (name: string) => Type | undefined
  /** The type of a global; undefined when there is none of that name. */
  readonly global: (name: string) => Type | undefined
  /** Whether there may be globals that nobody sees: libraries make them in ways that are not followed. */
  readonly hasOpenGlobals: boolean
  /** Names of all globals, for whoever mistyped one. */
  readonly globals: () => Iterable<string>
  /** A type that host modules name: `Channel`. */
  readonly named: (name: string) => Type | undefined
}

/** A mistake between two offsets of the text. */
export type Found = {
  readonly code: Code
  readonly message: string
  readonly hint: string | undefined
  readonly start: number
  readonly end: number
}

type Span = { readonly start: number; readonly end: number }

/** A function that is being checked. */
export type Frame = {
  /** What its annotation says that it returns; null when it says nothing. */
  readonly declared: readonly Type[] | null
  readonly more: Type | null
  readonly returned: { readonly types: readonly Type[]; readonly more: Type | null }[]
  readonly rest: Type | null
}

export type FunctionOptions = {
  readonly isMethod?: boolean
  /** What a method is called on. */
  readonly self?: Type
  /** What is wanted where it stands: the types of parameters that say none. */
  readonly expected?: FunctionType
  /** Told what is known of it before its body is looked at, so that it may call itself. */
  readonly onSignature?: (type: FunctionType) => void
}

/** Deeper expressions are not checked; no person writes them. */
const MAX_DEPTH = 300
const MOST = 100
const LONGEST = 600 // characters of a message
/** Parts of `a.b.c` that facts are kept of. */
const PATH = 8

export abstract class Ground {
  readonly chunk: Chunk
  readonly bindings: Bindings
  readonly classes: Classes
  readonly surroundings: Surroundings
  readonly work: Work
  readonly comparison: Comparison
  readonly types: TypeReader
  readonly found: Found[] = []
  flow = new Flow()
  frame: Frame
  /** Whether the field that is read is only asked for: `if x.f then`, `x.f or y`, `x.f == nil`. */
  protected isProbing = false
  #quiet = 0
  #depth = 0

  constructor(chunk: Chunk, surroundings: Surroundings) {
    this.chunk = chunk
    this.surroundings = surroundings
    this.work = new Work(chunk.source.text.length)
    this.comparison = new Comparison(this.work)
    this.bindings = new Bindings(chunk)
    this.classes = new Classes(this, this.bindings)
    this.frame = { declared: null, more: null, returned: [], rest: any }
    this.types = new TypeReader({
      valueOf: (expression) => this.quietly(() => this.value(expression)),
      memberNamed: (path, args, node) => this.memberNamed(path, args, node),
      refuse: (code, node, message, hint) => this.report(code, node, message, hint),
      spend: () => this.work.spend(),
      hasMeta: this.bindings.metatables > 0,
    })
  }

  protected abstract value(node: Expression): Type
  protected abstract block(block: Block): void
  protected abstract functionOf(body: FunctionBody, options?: FunctionOptions): FunctionType
  protected abstract memberNamed(path: readonly string[], args: readonly Type[], node: Span): Type

  /** Tells a mistake, once for each place; code that is never reached has none. */
  protected report(code: Code, { start, end }: Span, message: string, hint?: string | (() => string)): void {
    if (this.#quiet > 0 || this.flow.isDead || this.found.length >= MOST) return
    if (this.found.some((one) => one.start === start && one.code === code)) return
    this.found.push({
      code,
      message: message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message,
      hint: (typeof hint === 'function' ? hint() : hint) || undefined,
      start,
      end,
    })
  }

  /** Does something that tells no mistakes. */
  protected quietly<Result>(act: () => Result): Result {
    this.#quiet++
    try {
      return act()
    } finally {
      this.#quiet--
    }
  }

  /** The value of what is only asked whether it is there. */
  protected probed(node: Expression): Type {
    if (node.kind !== 'index') return this.value(node)
    this.isProbing = true
    try {
      return this.value(node)
    } finally {
      this.isProbing = false
    }
  }

  /** Whether an expression is not too deep to be looked at; `act` looks at it. */
  protected within(act: () => Type): Type {
    this.work.spend()
    if (this.#depth >= MAX_DEPTH) return any
    this.#depth++
    const type = act()
    this.#depth--
    return type
  }

  protected get isQuiet(): boolean {
    return this.#quiet > 0
  }

  protected textOf({ start, end }: Span): string {
    const text = this.chunk.source.text.slice(start, end).replace(/\s+/g, ' ')
    return text.length > 40 ? `${text.slice(0, 39)}…` : text
  }

  protected variableOf(name: Name): Variable | undefined {
    return this.bindings.uses.get(name)
  }

  protected typeOfVariable(variable: Variable): Type {
    return this.flow.fact(variable.key) ?? variable.declared ?? variable.constant ?? any
  }

  /** The name of a field in `a.b` and `a["b"]`. */
  protected fieldNameOf({ key }: Index): string | undefined {
    return key.kind === 'string' ? stringValue(key.text) : undefined
  }

  /** What facts of an expression are found by: of a variable, and of fields of one. */
  protected keyOf(node: Expression, parts = 0): string | undefined {
    switch (node.kind) {
      case 'name':
        return this.variableOf(node)?.key
      case 'paren':
        return this.keyOf(node.inner, parts)
      case 'cast':
        return node.type === undefined ? this.keyOf(node.inner, parts) : undefined
      case 'index': {
        const name = parts < PATH ? this.fieldNameOf(node) : undefined
        const outer = name === undefined || name.includes('.') ? undefined : this.keyOf(node.object, parts + 1)
        return outer === undefined ? undefined : `${outer}.${name}`
      }
      default:
        return undefined
    }
  }

  /**
   * Tells that an expression, whose type has nil in it, is used as if it had not; told once, from here on it is taken to be there. A soft
   * nil is not told.
   */
  protected tellNil(node: Span, value: Expression | undefined, type: Type): void {
    const inner = resolved(type)
    if (inner.kind === 'union' && inner.soft) return
    const name = value ? `'${this.textOf(value)}'` : 'the value'
    if (inner.kind === 'nil') {
      this.report('E0008', node, `${name} is nil here`, NIL_HINT)
      return
    }
    this.report('E0012', node, `${name} may be nil: its type is ${show(type)}`, NIL_HINT)
    const key = value && this.keyOf(value)
    if (key !== undefined && !this.isQuiet) this.flow.know(key, withoutNil(type))
  }

  /** Tells that a value does not fit where it stands. */
  protected mismatch(node: Span, from: Type, to: Type, what: string): void {
    const found = this.comparison.mismatch(from, to)
    if (found === null) return
    const isPart = /^(?:argument|field|element|key)/.test(what)
    const reason = found === '' || found === 'it may be nil' ? '' : `: ${found}`
    this.report(
      found === 'it may be nil' && isPart ? 'E0012' : 'E0001',
      node,
      `${show(from)} is not assignable to ${show(to)}${what === '' ? '' : ` (${what})`}${reason}`,
      hintFor(found, from, to),
    )
  }
}

const NIL_HINT = 'Test it first (if x then …), or give a default (x or …).'

const hintFor = (found: string, from: Type, to: Type): string | undefined => {
  if (found === 'it may be nil' || from.kind === 'nil')
    return `Test it first (if x ~= nil then …), give a default (x or …), or declare ${show(to)}?.`
  if (to.kind === 'string' && (from.kind === 'number' || from.kind === 'integer' || from.kind === 'literal'))
    return 'tostring(x) makes a string of it.'
  if ((to.kind === 'number' || to.kind === 'integer') && (from.kind === 'string' || from.kind === 'literal'))
    return 'tonumber(x) makes a number of it, or nil.'
  return undefined
}
