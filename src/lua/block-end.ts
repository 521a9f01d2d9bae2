// The `end`s of blocks, as people indent them: where one is missing, an earlier one that is not indented like its opening has most likely closed the
// wrong block.

import type { Source } from './source.ts'
import type { Token } from './token.ts'

export class BlockEnds {
  readonly #source: Source
  #suspect: { readonly opening: Token; readonly end: Token } | undefined

  constructor(source: Source) {
    this.#source = source
  }

  /** Notes what closed a block. */
  closed(opening: Token, end: Token): void {
    if (this.#suspect || end.line === opening.line || !this.#opensLine(end)) return
    if (this.#indent(end.line) !== this.#indent(opening.line)) this.#suspect = { opening, end }
  }

  /** What may be wrong where an `end` is missing. */
  get hint(): string | undefined {
    if (!this.#suspect) return undefined
    const { opening, end } = this.#suspect
    return `the 'end' at line ${end.line} closes '${opening.text}' at line ${opening.line}, but is not indented like it`
  }

  #indent(line: number): number {
    const text = this.#source.lineText(line)
    return text.length - text.trimStart().length
  }

  #opensLine({ start, line }: Token): boolean {
    return this.#source.place(start).column === this.#indent(line) + 1
  }
}
