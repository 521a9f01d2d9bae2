// Templates to text.
//
//   J1 What is printed is escaped for HTML unless the template says that it is to be printed as it is.
//   J2 A rendering has bounds: how much it may print, how many actions it may carry out, how deep templates and blocks may call each other.
//   J3 A template that extends another is that other one with blocks of its own; what stands outside its blocks is not printed.

import { WippyError } from '../error.ts'
import { builtins } from './builtin.ts'
import { renderFailed, templateUnknown } from './fault.ts'
import type { Assignment, Block, Expression, Node, Template } from './node.ts'
import { escapeHtml, fieldOf, isTrue, operate, pairsOf, textOf } from './value.ts'

const MAX_OUTPUT = 16 * 1024 * 1024 // characters
const MAX_ACTIONS = 200_000
const MAX_MADE = 64 * 1024 * 1024 // characters and items that functions and operators may make
const MAX_DEPTH = 64

export type FindTemplate = (name: string) => Template | undefined

class Scope {
  readonly #values = new Map<string, unknown>()
  readonly #outer: Scope | null

  constructor(outer: Scope | null, values: Iterable<readonly [string, unknown]> = []) {
    this.#outer = outer
    for (const [name, value] of values) this.#values.set(name, value)
  }

  /** The scope that knows a name. */
  holder(name: string): Scope | null {
    return this.#values.has(name) ? this : (this.#outer?.holder(name) ?? null)
  }
  get(name: string): unknown {
    return this.#values.get(name)
  }
  set(name: string, value: unknown): void {
    this.#values.set(name, value)
  }
}

/** What surrounds a node while it is rendered. */
type Around = {
  readonly scope: Scope
  readonly context: unknown
  readonly template: string
  /** What `yield content` stands for. */
  readonly content: (() => void) | null
}

class Rendering {
  readonly #find: FindTemplate
  #blocks: ReadonlyMap<string, Block>
  #out: string[] = []
  #length = 0
  #actions = 0
  #made = 0
  #depth = 0

  constructor(find: FindTemplate, blocks: ReadonlyMap<string, Block>) {
    this.#find = find
    this.#blocks = blocks
  }

  get text(): string {
    return this.#out.join('')
  }

  all(nodes: readonly Node[], around: Around): void {
    for (const node of nodes) this.#one(node, around)
  }

  #one(node: Node, around: Around): void {
    this.#act(around)
    if (node.kind === 'text') this.#print(node.text, around)
    else if (node.kind === 'print') {
      const text = textOf(this.#value(node.value, around))
      this.#print(node.isRaw ? text : escapeHtml(text), around)
    } else if (node.kind === 'set') this.#set(node, around)
    else if (node.kind === 'if') this.#if(node, around)
    else if (node.kind === 'range') this.#range(node, around)
    else if (node.kind === 'block') this.#yield(this.#blocks.get(node.name) ?? node, [], node.context, node.content, around)
    else if (node.kind === 'yield') this.#yielded(node, around)
    else if (node.kind === 'include') this.#include(node, around)
    else this.#try(node, around)
  }

  /** Counts an action: a node, or a turn of a range, be there nothing in it. */
  #act({ template }: Around): void {
    if (++this.#actions > MAX_ACTIONS) throw renderFailed(template, 0, `more than ${MAX_ACTIONS} actions`)
  }

  #if({ set, test, yes, no }: Extract<Node, { kind: 'if' }>, around: Around): void {
    const inner = { ...around, scope: new Scope(around.scope) }
    if (set !== null) this.#set(set, inner)
    this.all(isTrue(this.#value(test, inner)) ? yes : no, { ...inner, scope: new Scope(inner.scope) })
  }

  #print(text: string, { template }: Around): void {
    this.#length += text.length
    if (this.#length > MAX_OUTPUT) throw renderFailed(template, 0, `more than ${MAX_OUTPUT} characters`)
    this.#out.push(text)
  }

  #set({ name, value, isNew, line }: Assignment, around: Around): void {
    const made = this.#value(value, around)
    if (name === '_') return
    const holder = isNew ? around.scope : around.scope.holder(name)
    if (holder === null) throw renderFailed(around.template, line, `there is no variable ${name}`)
    holder.set(name, made)
  }

  #range(node: Extract<Node, { kind: 'range' }>, around: Around): void {
    const pairs = pairsOf(this.#value(node.over, around))
    if (pairs === null) throw renderFailed(around.template, node.line, 'range goes through lists and maps')
    if (pairs.length === 0) this.all(node.none, { ...around, scope: new Scope(around.scope) })
    const [first, second] = node.names
    for (const [key, value] of pairs) {
      this.#act(around)
      const scope = new Scope(around.scope)
      if (first !== undefined && first !== '_') scope.set(first, key)
      if (second !== undefined && second !== '_') scope.set(second, value)
      this.all(node.body, { ...around, scope, context: second === undefined ? value : around.context })
    }
  }

  #yielded(node: Extract<Node, { kind: 'yield' }>, around: Around): void {
    if (node.name === null) {
      around.content?.()
      return
    }
    const block = this.#blocks.get(node.name)
    if (block === undefined) throw renderFailed(around.template, node.line, `there is no block ${node.name}`)
    const given = node.args.map(({ name, value }) => [name, value === null ? undefined : this.#value(value, around)] as const)
    this.#yield(block, given, node.context, node.content, around)
  }

  #yield(
    block: Block,
    given: readonly (readonly [string, unknown])[],
    context: Expression | null,
    content: readonly Node[] | null,
    around: Around,
  ): void {
    const scope = new Scope(around.scope)
    for (const { name, value } of block.parameters) scope.set(name, value === null ? null : this.#value(value, around))
    for (const [name, value] of given) scope.set(name, value)
    const own = content ?? block.content
    this.#deeper(around, () =>
      this.all(block.body, {
        ...around,
        scope,
        context: context === null ? around.context : this.#value(context, around),
        content: own === null ? null : () => this.all(own, around),
      }),
    )
  }

  #include({ template, context, line }: Extract<Node, { kind: 'include' }>, around: Around): void {
    const name = textOf(this.#value(template, around))
    const found = this.#find(name)
    if (found === undefined) throw renderFailed(around.template, line, `there is no template ${name} to include`)
    const { root, blocks } = assembled(found, this.#find)
    const outer = this.#blocks
    this.#blocks = new Map([...outer, ...blocks])
    const inner = { ...around, template: name, scope: new Scope(around.scope), content: null }
    this.#deeper(around, () => this.all(root.body, { ...inner, context: context === null ? around.context : this.#value(context, around) }))
    this.#blocks = outer
  }

  #try({ body, name, rescue }: Extract<Node, { kind: 'try' }>, around: Around): void {
    const before = { out: this.#out, length: this.#length, depth: this.#depth, blocks: this.#blocks }
    this.#out = []
    try {
      this.all(body, { ...around, scope: new Scope(around.scope) })
      before.out.push(this.text)
      this.#out = before.out
    } catch (error) {
      this.#out = before.out
      this.#length = before.length
      this.#depth = before.depth
      this.#blocks = before.blocks
      const message = error instanceof Error ? error.message : String(error)
      this.all(rescue, { ...around, scope: new Scope(around.scope, name === null ? [] : [[name, message]]) })
    }
  }

  #deeper({ template }: Around, act: () => void): void {
    if (++this.#depth > MAX_DEPTH) throw renderFailed(template, 0, `templates and blocks call each other more than ${MAX_DEPTH} deep`)
    act()
    this.#depth--
  }

  #value(expression: Expression, around: Around): unknown {
    switch (expression.kind) {
      case 'value':
        return expression.value
      case 'context':
        return around.context
      case 'name': {
        const holder = around.scope.holder(expression.name)
        if (holder === null) throw renderFailed(around.template, expression.line, `there is no variable ${expression.name}`)
        return holder.get(expression.name)
      }
      case 'field':
        return fieldOf(this.#value(expression.of, around), this.#value(expression.key, around))
      case 'slice':
        return this.#slice(expression, around)
      case 'choice':
        return this.#value(isTrue(this.#value(expression.test, around)) ? expression.yes : expression.no, around)
      case 'unary':
        return this.#unary(expression, around)
      case 'binary':
        return this.#binary(expression, around)
      case 'call':
        return this.#call(expression, around)
    }
  }

  #slice({ of, from, to, line }: Extract<Expression, { kind: 'slice' }>, around: Around): unknown {
    const value = this.#value(of, around)
    if (typeof value !== 'string' && !Array.isArray(value)) throw renderFailed(around.template, line, 'only lists and texts have parts')
    const index = (at: Expression | null, fallback: number): number => (at === null ? fallback : Number(this.#value(at, around)))
    return value.slice(index(from, 0), index(to, value.length))
  }

  #unary({ sign, operand, line }: Extract<Expression, { kind: 'unary' }>, around: Around): unknown {
    const value = this.#value(operand, around)
    if (sign === '!') return !isTrue(value)
    if (typeof value === 'number') return -value
    throw renderFailed(around.template, line, `- means nothing for ${textOf(value)}`)
  }

  #binary({ sign, left, right, line }: Extract<Expression, { kind: 'binary' }>, around: Around): unknown {
    const a = this.#value(left, around)
    if (sign === '&&') return isTrue(a) && isTrue(this.#value(right, around))
    if (sign === '||') return isTrue(a) || isTrue(this.#value(right, around))
    const b = this.#value(right, around)
    const made = operate(sign, a, b)
    if (made === undefined) throw renderFailed(around.template, line, `${sign} means nothing for ${textOf(a)} and ${textOf(b)}`)
    return this.#counted(made, around, line)
  }

  #call({ callee, args, line }: Extract<Expression, { kind: 'call' }>, around: Around): unknown {
    if (callee === 'isset') return args.every((arg) => this.#isSet(arg, around))
    const builtin = builtins.get(callee)
    if (builtin === undefined) throw renderFailed(around.template, line, `there is no function ${callee}`)
    const values = args.map((arg) => this.#value(arg, around))
    try {
      return this.#counted(builtin(...values), around, line)
    } catch (why) {
      if (why instanceof WippyError) throw why
      throw renderFailed(around.template, line, `${callee}: ${(why as Error).message}`)
    }
  }

  #counted(made: unknown, { template }: Around, line: number): unknown {
    if (typeof made === 'string' || Array.isArray(made)) this.#made += made.length
    if (this.#made > MAX_MADE) throw renderFailed(template, line, `more than ${MAX_MADE} characters and items made on the way`)
    return made
  }

  #isSet(expression: Expression, around: Around): boolean {
    if (expression.kind === 'name' && around.scope.holder(expression.name) === null) return false
    if (expression.kind === 'field' && !this.#isSet(expression.of, around)) return false
    const value = this.#value(expression, around)
    return value !== undefined && value !== null
  }
}

/** The template that is printed, and the blocks it is printed with: those of who extends it count more, those of imports less. */
const assembled = (template: Template, find: FindTemplate): { readonly root: Template; readonly blocks: ReadonlyMap<string, Block> } => {
  const line: Template[] = [template]
  for (let { parent } = template; parent !== null; parent = line.at(-1)!.parent) {
    const found = find(parent)
    if (found === undefined) throw renderFailed(line.at(-1)!.name, 1, `it extends ${parent}, which does not exist`)
    if (line.includes(found)) throw renderFailed(template.name, 1, `${parent} extends itself`)
    line.push(found)
  }
  const blocks = new Map<string, Block>()
  const seen = new Set<string>()
  const take = (from: Template): void => {
    if (seen.has(from.name)) return
    seen.add(from.name)
    for (const name of from.imports) {
      const imported = find(name)
      if (imported === undefined) throw renderFailed(from.name, 1, `it imports ${name}, which does not exist`)
      take(imported)
    }
    for (const [name, block] of from.blocks) blocks.set(name, block)
  }
  for (const one of line.toReversed()) take(one)
  return { root: line.at(-1)!, blocks }
}

/** Renders a template by name. Throws TEMPLATE_NOT_FOUND, TEMPLATE_RENDER. */
export const render = (
  name: string,
  find: FindTemplate,
  globals: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
): string => {
  const template = find(name)
  if (template === undefined) throw templateUnknown(name)
  const { root, blocks } = assembled(template, find)
  const rendering = new Rendering(find, blocks)
  const scope = new Scope(new Scope(null, Object.entries(globals)), Object.entries(data))
  try {
    rendering.all(root.body, { scope, context: data, template: root.name, content: null })
  } catch (error) {
    throw error instanceof WippyError ? error : renderFailed(name, 0, (error as Error).message) // a value too large, or nested too deep
  }
  return rendering.text
}
