// Text to a template: what stands between delimiters is an action, all else is printed as it is.

import { Expressions } from './expression.ts'
import { templateInvalid } from './fault.ts'
import type { Argument, Assignment, Block, Node, Template } from './node.ts'
import { tokensOf } from './token.ts'

export type Delimiters = { readonly left: string; readonly right: string }

export const defaultDelimiters: Delimiters = { left: '{{', right: '}}' }

type Piece = { readonly text: string; readonly isAction: boolean; readonly line: number }

const MAX_NESTING = 100

/** Cuts text into actions and what is between them, comments left out. `{{- ` and ` -}}` take the white space around with them. */
const cut = (source: string, name: string, { left, right }: Delimiters): Piece[] => {
  const pieces: Piece[] = []
  let line = 1
  let trims = false
  const text = (raw: string, trimsEnd: boolean): void => {
    const start = trims ? raw.trimStart() : raw
    const kept = trimsEnd ? start.trimEnd() : start
    if (kept !== '') pieces.push({ text: kept, isAction: false, line })
    line += raw.split('\n').length - 1
  }
  for (let at = 0; at < source.length; ) {
    const action = source.indexOf(left, at)
    const comment = source.indexOf('{*', at)
    if (comment >= 0 && (action < 0 || comment < action)) {
      text(source.slice(at, comment), false)
      const end = source.indexOf('*}', comment + 2)
      if (end < 0) throw templateInvalid(name, line, 'a comment without an end')
      line += source.slice(comment, end).split('\n').length - 1
      trims = false
      at = end + 2
      continue
    }
    if (action < 0) {
      text(source.slice(at), false)
      break
    }
    const isTrimming = /^-\s/.test(source.slice(action + left.length, action + left.length + 2))
    text(source.slice(at, action), isTrimming)
    const end = endOf(source, action + left.length, right)
    if (end < 0) throw templateInvalid(name, line, `${left} without ${right}`)
    const inner = source.slice(action + left.length + (isTrimming ? 1 : 0), end)
    trims = /\s-$/.test(inner)
    pieces.push({ text: trims ? inner.slice(0, -1) : inner, isAction: true, line })
    line += inner.split('\n').length - 1
    at = end + right.length
  }
  return pieces
}

/** Where an action ends: the first delimiter outside a text. */
const endOf = (source: string, from: number, right: string): number => {
  for (let at = from; at < source.length; at++) {
    const quote = source[at]
    if (quote === '"' || quote === '`') {
      do {
        if (source[at] === '\\' && quote === '"') at++
        at++
      } while (at < source.length && source[at] !== quote)
    } else if (source.startsWith(right, at)) return at
  }
  return -1
}

class Parser {
  readonly #name: string
  readonly #pieces: readonly Piece[]
  readonly #blocks = new Map<string, Block>()
  readonly #imports: string[] = []
  #parent: string | null = null
  #at = 0
  #depth = 0

  constructor(name: string, pieces: readonly Piece[]) {
    this.#name = name
    this.#pieces = pieces
  }

  template(): Template {
    const { body } = this.#until([])
    return { name: this.#name, parent: this.#parent, imports: this.#imports, body, blocks: this.#blocks }
  }

  /** Nodes up to an action that begins with one of these words, which is taken. */
  #until(words: readonly string[]): { readonly body: Node[]; readonly by: string; readonly action: Expressions | null } {
    const body: Node[] = []
    if (++this.#depth > MAX_NESTING) throw templateInvalid(this.#name, 1, 'actions nested too deep')
    for (let piece = this.#pieces[this.#at++]; piece !== undefined; piece = this.#pieces[this.#at++]) {
      if (!piece.isAction) {
        body.push({ kind: 'text', text: piece.text })
        continue
      }
      const action = new Expressions(tokensOf(piece.text, this.#name, piece.line), this.#name)
      const by = words.find((word) => action.takes(word))
      if (by !== undefined) {
        this.#depth--
        return { body, by, action }
      }
      const node = this.#action(action)
      if (node !== null) body.push(node)
      if (!action.isOver) action.fail()
    }
    this.#depth--
    if (words.length > 0) throw templateInvalid(this.#name, this.#pieces.at(-1)?.line ?? 1, 'end is missing')
    return { body, by: '', action: null }
  }

  #action(action: Expressions): Node | null {
    const { line } = action.token
    if (action.isOver) return null
    if (action.takes('extends')) {
      this.#parent = this.#text(action)
      return null
    }
    if (action.takes('import')) {
      this.#imports.push(this.#text(action))
      return null
    }
    if (action.takes('if')) return this.#if(action)
    if (action.takes('range')) return this.#range(action, line)
    if (action.takes('block')) return this.#block(action)
    if (action.takes('yield')) return this.#yield(action, line)
    if (action.takes('include')) return { kind: 'include', template: action.expression(), context: this.#rest(action), line }
    if (action.takes('try')) return this.#try()
    if (action.isBefore(':=') || action.isBefore('=')) return this.#set(action, line)
    return { kind: 'print', ...action.pipe(), line }
  }

  #text(action: Expressions): string {
    const value = action.expression()
    if (value.kind === 'value' && typeof value.value === 'string') return value.value
    return action.fail('expected the name of a template')
  }

  #rest(action: Expressions) {
    return action.isOver || action.token.text === 'content' ? null : action.expression()
  }

  #set(action: Expressions, line: number): Assignment {
    const name = action.name()
    const isNew = action.takes(':=')
    if (!isNew) action.demand('=')
    return { kind: 'set', name, value: action.pipe().value, isNew, line }
  }

  #if(action: Expressions): Node {
    const { line } = action.token
    const set = action.isBefore(':=') || action.isBefore('=') ? this.#set(action, line) : null
    if (set !== null) action.demand(';')
    const test = action.pipe().value
    if (!action.isOver) action.fail()
    const { body: yes, by, action: next } = this.#until(['else', 'end'])
    if (by === 'end') return { kind: 'if', set, test, yes, no: [] }
    if (next?.takes('if')) return { kind: 'if', set, test, yes, no: [this.#if(next)] }
    return { kind: 'if', set, test, yes, no: this.#until(['end']).body }
  }

  #range(action: Expressions, line: number): Node {
    const names: string[] = []
    if (action.isBefore(',') || action.isBefore(':=')) {
      names.push(action.name())
      if (action.takes(',')) names.push(action.name())
      action.demand(':=')
    }
    const over = action.pipe().value
    if (!action.isOver) action.fail()
    const { body, by } = this.#until(['else', 'end'])
    return { kind: 'range', names, over, body, none: by === 'else' ? this.#until(['end']).body : [], line }
  }

  #block(action: Expressions): Node {
    const name = action.name()
    const parameters = this.#arguments(action)
    const context = this.#rest(action)
    const { body, by } = this.#until(['content', 'end'])
    const content = by === 'content' ? this.#until(['end']).body : null
    const block: Block = { kind: 'block', name, parameters, context, body, content }
    this.#blocks.set(name, block)
    return block
  }

  #yield(action: Expressions, line: number): Node {
    const name = action.name()
    if (name === 'content' && action.token.text !== '(') {
      return { kind: 'yield', name: null, args: [], context: this.#rest(action), content: null, line }
    }
    const args = this.#arguments(action)
    const context = this.#rest(action)
    const content = action.takes('content') ? this.#until(['end']).body : null
    return { kind: 'yield', name, args, context, content, line }
  }

  #arguments(action: Expressions): Argument[] {
    const list: Argument[] = []
    action.demand('(')
    while (!action.takes(')')) {
      const name = action.name()
      list.push({ name, value: action.takes('=') ? action.expression() : null })
      if (action.token.text !== ')') action.demand(',')
    }
    return list
  }

  #try(): Node {
    const { body, by, action } = this.#until(['catch', 'end'])
    if (by === 'end') return { kind: 'try', body, name: null, rescue: [] }
    const name = action?.isOver === false ? action.name() : null
    return { kind: 'try', body, name, rescue: this.#until(['end']).body }
  }
}

/** Throws TEMPLATE_INVALID with the line. */
export const parseTemplate = (name: string, source: string, delimiters: Delimiters = defaultDelimiters): Template =>
  new Parser(name, cut(source, name, delimiters)).template()
