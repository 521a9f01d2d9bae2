// A chunk's text with its name, and the way from an offset to a line and a column.
//
// A line ends with \n, \r, \r\n or \n\r, as in Lua, so that our line numbers are the numbers of Lua's tracebacks. Both count from 1.

export type Place = { readonly line: number; readonly column: number }

export class Source {
  readonly text: string
  readonly file: string
  readonly #starts: number[] = [0]

  constructor(text: string, file: string) {
    this.text = text
    this.file = file
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code !== 10 && code !== 13) continue
      const next = text.charCodeAt(at + 1)
      if ((next === 10 || next === 13) && next !== code) at++
      this.#starts.push(at + 1)
    }
  }

  get lines(): number {
    return this.#starts.length
  }

  /** Offset of the first character of a line. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.text.length
  }

  /** The text of a line without its end. */
  lineText(line: number): string {
    let end = line < this.#starts.length ? this.startOf(line + 1) : this.text.length
    const start = this.startOf(line)
    while (end > start && isLineEnd(this.text.charCodeAt(end - 1))) end--
    return this.text.slice(start, end)
  }

  place(offset: number): Place {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 }
  }
}

export const isLineEnd = (code: number): boolean => code === 10 || code === 13
