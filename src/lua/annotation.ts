// Where types stand: behind a name, behind a function's parameters, in front of a call's arguments.

import type { Annotation, Results, TypeArguments } from './ast.ts'
import { TypeParser } from './type.ts'
import { asItem } from './type-item.ts'

export abstract class AnnotationParser extends TypeParser {
  /** The results of a function that is declared: as behind an arrow, or several types without parentheses. */
  results(): Results | undefined {
    if (!this.is(':')) return undefined
    const { start } = this.take()
    const items = [...this.resultTypes()]
    if (items.length === 1) while (this.accept(',')) items.push(asItem(this.type()))
    return { kind: 'results', start, end: this.end, items }
  }

  /** `: T`, or with `optional` also `?: T`, if it stands here. */
  annotation(optional = false): Annotation | undefined {
    const { start } = this.token
    if (!this.is(':') && !(optional && this.is('?') && this.peek().kind === ':')) return undefined
    this.accept('?')
    this.expect(':')
    const type = this.type()
    return { kind: 'annotation', start, end: this.end, type }
  }

  /** `::<T, U>` in front of a call's arguments, if it stands here; between '::' and '<' is no space. */
  typeArguments(): TypeArguments | undefined {
    const next = this.peek()
    if (!this.is('::') || next.kind !== '<' || next.start !== this.token.end) return undefined
    const { start } = this.take()
    const types = this.angled(() => this.type())
    return { kind: 'typeargs', start, end: this.end, types }
  }
}
