// A text as the tree of a grammar, and that tree as bytes: what a process walks through by itself.
//
// Nodes stand in the order in which they begin, each before what is in it: 40 bytes, little-endian.
//
//   u16 kind · u16 kind in the grammar · u16 field of its parent it is, or 0 · u16 what it is: NAMED …
//   u32 first byte · u32 byte behind the last · u32 row, column of both · u32 parent · u32 nodes in it and itself

import { Kind, WippyError } from '../error.ts'
import type { Grammars, Language, Node, Tree } from './grammars.ts'
import { type Point, Source } from './syntax-source.ts'

const NODE = 40
const NAMED = 1
const EXTRA = 2
const MISSING = 4
const FAULTY = 8 // it is an error, or has one in it
const ERROR = 16
const ERROR_KIND = 0xffff
const LONGEST_TEXT = 512 * 1024 // bytes
const MOST_NODES = 200_000
const DEEPEST_EXPRESSION = 1000 // Tree-sitter writes it by recursion

/** A part of the text that is looked at, in bytes. */
export type Range = { readonly start_byte: number; readonly end_byte: number; readonly start_point: Point; readonly end_point: Point }

export type ParseOptions = { readonly ranges: readonly Range[]; readonly timeoutMs: number }

const tooLarge = (message: string): WippyError =>
  new WippyError('SYNTAX_TOO_LARGE', Kind.Invalid, message, { retryable: false, hint: 'Parse a part of the text at a time.' })

/** A callback that ends what takes longer than that; nothing when it may take as long as it does. */
export const endingAfter = (timeoutMs: number): { progressCallback?: () => boolean } => {
  if (timeoutMs <= 0) return {}
  const end = performance.now() + timeoutMs
  return { progressCallback: () => performance.now() > end }
}

export class SyntaxTree {
  readonly source: Source
  readonly tree: Tree
  readonly language: Language
  #numbers: Map<number, number> | null = null // by the id of a node, its number
  #bytes: Uint8Array | null = null
  #depth = 0

  constructor(source: Source, tree: Tree, language: Language) {
    this.source = source
    this.tree = tree
    this.language = language
  }

  /** All nodes. Throws SYNTAX_TOO_LARGE. */
  get bytes(): Uint8Array {
    if (this.#bytes === null) this.#walk()
    return this.#bytes!
  }

  /** The number of a node of it. */
  numberOf(node: Node): number {
    if (this.#numbers === null) this.#walk()
    return this.#numbers!.get(node.id) ?? 0
  }

  /** The node of that number; the root for one there is not. */
  nodeAt(number: number): Node {
    const { length } = this.bytes
    const cursor = this.tree.walk()
    if (number > 0 && number < length / NODE) cursor.gotoDescendant(number)
    const node = cursor.currentNode
    cursor.delete()
    return node
  }

  /** The named nodes in one, as an S-expression. Throws SYNTAX_TOO_LARGE. */
  expression(number: number): string {
    const node = this.nodeAt(number)
    if (this.#depth > DEEPEST_EXPRESSION)
      throw tooLarge(`the tree is ${this.#depth} nodes deep; at most ${DEEPEST_EXPRESSION} can be written`)
    return node.toString()
  }

  delete(): void {
    this.tree.delete()
  }

  #walk(): void {
    const { rootNode } = this.tree
    const count = rootNode.descendantCount
    if (count > MOST_NODES) throw tooLarge(`the tree has ${count} nodes; at most ${MOST_NODES} are possible`)
    const bytes = new Uint8Array(count * NODE)
    const view = new DataView(bytes.buffer)
    const numbers = new Map<number, number>()
    const cursor = this.tree.walk()
    const parents: number[] = []
    let number = 0
    /** What was entered last is complete. */
    const close = (): void => {
      const done = parents.pop()!
      view.setUint32(done * NODE + 36, number - done, true)
      const parent = parents.at(-1)
      if (parent !== undefined && view.getUint16(done * NODE + 6, true) & FAULTY) {
        view.setUint16(parent * NODE + 6, view.getUint16(parent * NODE + 6, true) | FAULTY, true)
      }
    }
    for (;;) {
      const node = cursor.currentNode
      numbers.set(node.id, number)
      this.#write(view, number, node, cursor.currentFieldId, parents.at(-1) ?? 0)
      parents.push(number++)
      this.#depth = Math.max(this.#depth, parents.length)
      if (cursor.gotoFirstChild()) continue
      close()
      let isOver = false
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) {
          isOver = true
          break
        }
        close()
      }
      if (isOver) break
    }
    cursor.delete()
    this.#bytes = bytes
    this.#numbers = numbers
  }

  #write(view: DataView, number: number, node: Node, field: number, parent: number): void {
    const at = number * NODE
    const kind = node.typeId
    const missing = node.isMissing
    const isError = kind === ERROR_KIND
    const flags =
      (node.isNamed ? NAMED : 0) |
      (node.isExtra ? EXTRA : 0) |
      (missing ? MISSING : 0) |
      (missing || isError ? FAULTY : 0) |
      (isError ? ERROR : 0)
    const start = this.source.byteOf(node.startIndex)
    const end = this.source.byteOf(node.endIndex)
    const [from, to] = [this.source.pointOf(start), this.source.pointOf(end)]
    for (const [i, value] of [kind, node.grammarId, field, flags].entries()) view.setUint16(at + i * 2, value, true)
    for (const [i, value] of [start, end, from.row, from.column, to.row, to.column, parent].entries())
      view.setUint32(at + 8 + i * 4, value, true)
  }
}

/** Parses a text. Throws SYNTAX_LANGUAGE, SYNTAX_UNAVAILABLE, SYNTAX_TOO_LARGE, SYNTAX_TIMEOUT. */
export const parse = async (
  grammars: Grammars,
  name: string,
  text: string | Uint8Array,
  { ranges, timeoutMs }: ParseOptions,
): Promise<SyntaxTree> => {
  const [{ Parser }, language] = await Promise.all([grammars.library(), grammars.language(name)])
  const size = typeof text === 'string' ? Buffer.byteLength(text) : text.length
  if (size > LONGEST_TEXT) throw tooLarge(`the text has ${size} bytes; at most ${LONGEST_TEXT} are possible`)
  const source = new Source(text)
  const parser = new Parser()
  parser.setLanguage(language)
  const includedRanges = ranges.map(({ start_byte, end_byte }) => {
    const [startIndex, endIndex] = [source.unitAt(start_byte), source.unitAt(end_byte)]
    return { startIndex, endIndex, startPosition: source.spotOf(startIndex), endPosition: source.spotOf(endIndex) }
  })
  const options = { ...endingAfter(timeoutMs), ...(includedRanges.length > 0 && { includedRanges }) }
  const tree = parser.parse(source.text, null, options)
  parser.delete()
  if (tree === null) throw new WippyError('SYNTAX_TIMEOUT', Kind.Internal, 'parse failed: it took longer than it may', { retryable: false })
  return new SyntaxTree(source, tree, language)
}
