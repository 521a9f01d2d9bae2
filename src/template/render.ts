// Templates to text.
//
//   J1 What is printed is escaped for HTML unless the template says that it is to be printed as it is.
//   J2 A rendering has bounds: how much it may print, how many actions it may carry out and how much they may look at, how deep templates and
//      blocks may call each other.
//   J3 A template that extends another is that other one with blocks of its own; what stands outside its blocks is not printed.

import { WippyError } from '../error.ts'
import { Evaluation } from './evaluation.ts'
import { renderFailed, templateUnknown } from './fault.ts'
import type { Assignment, Block, Expression, Node, Template } from './node.ts'
import { type Around, Scope } from './scope.ts'
import { escapeHtml, namedAs, pairsOf } from './value.ts'

const MAX_OUTPUT = 16 * 1024 * 1024 // characters
const MAX_ACTIONS = 200_000
const MAX_DEPTH = 64

export type FindTemplate = (name: string) => Template | undefined

class Rendering {
  readonly #find: FindTemplate
  readonly #evaluation = new Evaluation()
  #blocks: ReadonlyMap<string, Block>
  #out: string[] = []
  #length = 0
  #actions = 0
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
      const text = this.#evaluation.whole(this.#evaluation.value(node.value, around), around, node.line)
      this.#print(node.isRaw ? text : escapeHtml(text), around)
    } else if (node.kind === 'set') this.#set(node, around)
    else if (node.kind === 'if') this.#if(node, around)
    else if (node.kind === 'range') this.#range(node, around)
    else if (node.kind === 'block') this.#yield(this.#blocks.get(node.name) ?? node, [], node.context, node.content, around)
    else if (node.kind === 'yield') this.#yielded(node, around)
    else if (node.kind === 'include') this.#include(node, around)
    else this.#try(node, around)
  }

  /** Counts an action: a node, or a turn of a range, be there nothing in it. What went beyond its bounds does nothing more, whoever catches that. */
  #act(around: Around): void {
    if (++this.#actions > MAX_ACTIONS) throw renderFailed(around.template, 0, `more than ${MAX_ACTIONS} actions`)
    this.#evaluation.spend(0, around, 0)
  }

  #if({ set, test, yes, no }: Extract<Node, { kind: 'if' }>, around: Around): void {
    const inner = { ...around, scope: new Scope(around.scope) }
    if (set !== null) this.#set(set, inner)
    this.all(this.#evaluation.isTrue(test, inner) ? yes : no, { ...inner, scope: new Scope(inner.scope) })
  }

  #print(text: string, { template }: Around): void {
    this.#length += text.length
    if (this.#length > MAX_OUTPUT) throw renderFailed(template, 0, `more than ${MAX_OUTPUT} characters`)
    this.#out.push(text)
  }

  #set({ name, value, isNew, line }: Assignment, around: Around): void {
    const made = this.#evaluation.value(value, around)
    if (name === '_') return
    const holder = isNew ? around.scope : around.scope.holder(name)
    if (holder === null) throw renderFailed(around.template, line, `there is no variable ${name}`)
    holder.set(name, made)
  }

  #range(node: Extract<Node, { kind: 'range' }>, around: Around): void {
    const pairs = pairsOf(this.#evaluation.value(node.over, around))
    if (pairs === null) throw renderFailed(around.template, node.line, 'range goes through lists and maps')
    this.#evaluation.spend(pairs.length, around, node.line)
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
    const given = node.args.map(({ name, value }) => [name, value === null ? undefined : this.#evaluation.value(value, around)] as const)
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
    for (const { name, value } of block.parameters) scope.set(name, value === null ? null : this.#evaluation.value(value, around))
    for (const [name, value] of given) scope.set(name, value)
    const own = content ?? block.content
    this.#deeper(around, () =>
      this.all(block.body, {
        ...around,
        scope,
        context: context === null ? around.context : this.#evaluation.value(context, around),
        content: own === null ? null : () => this.all(own, around),
      }),
    )
  }

  #include({ template, context, line }: Extract<Node, { kind: 'include' }>, around: Around): void {
    const name = this.#evaluation.whole(this.#evaluation.value(template, around), around, line)
    const found = this.#find(name)
    if (found === undefined) throw renderFailed(around.template, line, `there is no template ${namedAs(name)} to include`)
    const { root, blocks } = assembled(found, this.#find)
    const outer = this.#blocks
    this.#blocks = new Map([...outer, ...blocks])
    const inner = { ...around, template: name, scope: new Scope(around.scope), content: null }
    this.#deeper(around, () =>
      this.all(root.body, { ...inner, context: context === null ? around.context : this.#evaluation.value(context, around) }),
    )
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
