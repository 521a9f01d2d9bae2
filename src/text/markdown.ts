// Markdown in pieces: none reaches over a heading, and each begins with the heading it stands under. Rows of tables
// are pieces of their own, unless they are joined; a paragraph that is too long is split as any text. As langchain does it.

import { lexer, type Token, type Tokens } from 'marked'
import { stringOf, type TextOperation } from './operation.ts'
import { lengthOf, type SplitOptions, splitOptionsOf, splitText } from './splitter.ts'

const DEEPEST = 50 // quotes and lists within each other; what is deeper is text

type MarkdownOptions = SplitOptions & {
  readonly code: boolean
  readonly hierarchy: boolean
  readonly joinRows: boolean
  readonly links: boolean
}

const SECOND: readonly string[] = ['\n\n', '\n', ' ']

const indented = (text: string, mark: string): string => text.replace(/^/gm, mark)

const row = (cells: readonly string[]): string => `${cells.map((cell) => `| ${cell} `).join('')}|`

/** What a span of text says with its links written out, whatever stood there. */
const inline = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === 'link') return `[${inline(token.tokens ?? [])}](${token.href}${token.title ? ` "${token.title}"` : ''})`
      if (token.type === 'image') return `![${token.text}](${token.href}${token.title ? ` "${token.title}"` : ''})`
      if (token.type === 'strong') return `**${inline(token.tokens ?? [])}**`
      if (token.type === 'em') return `*${inline(token.tokens ?? [])}*`
      if (token.type === 'br') return '\\\n'
      return token.raw
    })
    .join('')

class Pieces {
  readonly done: string[] = []
  readonly #options: MarkdownOptions
  readonly #depth: number
  #heading = ''
  #isHeadingSaid = true
  #above: string[] = []
  #current = ''

  constructor(options: MarkdownOptions, depth = 0) {
    this.#options = options
    this.#depth = depth
  }

  add(tokens: readonly Token[]): this {
    for (const token of tokens) this.#take(token)
    this.#close()
    return this
  }

  #take(token: Token): void {
    const { code, links } = this.#options
    if (token.type === 'heading') this.#begin(token as Tokens.Heading)
    else if (token.type === 'paragraph' || token.type === 'text')
      this.#join(links && token.tokens ? inline(token.tokens) : (token.text as string))
    else if (token.type === 'hr') this.#join('\n---')
    else if (token.type === 'list') this.#list(token as Tokens.List)
    else if (token.type === 'table') this.#table(token as Tokens.Table)
    else if (token.type === 'blockquote') {
      for (const piece of this.#within(token.tokens ?? [], token.raw)) this.#join(indented(piece, '> '))
      this.#close()
    } else if (token.type === 'code' && code) {
      const isIndented = token.codeBlockStyle === 'indented'
      this.#join(isIndented ? `\n${indented(token.text, '    ')}` : `\n\`\`\`${token.lang ?? ''}\n${token.text}\n\`\`\`\n`)
    }
  }

  #within(tokens: readonly Token[], raw: string): readonly string[] {
    return this.#depth < DEEPEST ? new Pieces(this.#options, this.#depth + 1).add(tokens).done : [raw]
  }

  #begin({ depth, text }: Tokens.Heading): void {
    this.#close()
    const title = `${'#'.repeat(depth)} ${text}`
    this.#above = [...Array.from({ length: depth - 1 }, (_, at) => this.#above[at] ?? ''), title]
    this.#heading = this.#options.hierarchy ? this.#above.filter((line) => line !== '').join('\n') : title
    this.#isHeadingSaid = false
  }

  #list({ items, ordered, start }: Tokens.List): void {
    const first = typeof start === 'number' ? start : 1
    const list = new Pieces(this.#options, this.#depth + 1)
    items.forEach((item, at) => {
      const isList = ({ type }: Token): boolean => type === 'list'
      const own = this.#within(
        item.tokens.filter((token) => !isList(token)),
        item.text,
      )
      list.#join((ordered ? `${first + at}. ` : '- ') + own.join('\n'))
      for (const inner of item.tokens.filter(isList)) {
        for (const piece of this.#within([inner], inner.raw)) list.#join(indented(piece, '  '))
      }
      list.#close()
    })
    for (const piece of list.done) this.#join(piece)
  }

  #table({ header, rows }: Tokens.Table): void {
    const titles = header.map(({ text }) => text)
    const bodies = rows.map((cells) => cells.map(({ text }) => text))
    const names = titles.some((title) => title !== '') ? titles : (bodies.shift() ?? titles)
    const head = `${row(names)}\n${row(names.map(() => '---'))}`
    if (bodies.length === 0) {
      this.#join(head)
      this.#close()
    }
    for (const [at, cells] of bodies.entries()) {
      const line = row(cells)
      const begins = at === 0 || this.#current === '' || lengthOf(this.#current + line) >= this.#options.size
      this.#join(begins ? `${head}\n${line}` : line)
      if (!this.#options.joinRows) this.#close()
    }
  }

  #join(snippet: string): void {
    if (this.#current !== '' && lengthOf(this.#current + snippet) >= this.#options.size) this.#close()
    this.#current = this.#current === '' ? snippet : `${this.#current}\n${snippet}`
  }

  #close(): void {
    const current = this.#current
    this.#current = ''
    const { size, overlap } = this.#options
    const isShort = lengthOf(current) <= size + overlap
    const pieces = isShort ? [current] : splitText(current, { ...this.#options, separators: SECOND, keepSeparator: false })
    const said = pieces.filter((piece) => piece !== '')
    if (said.length === 0 && !this.#isHeadingSaid) said.push('')
    for (const piece of said) {
      const hasHeading = this.#heading === '' || current.includes(this.#heading)
      this.done.push(hasHeading ? piece : piece === '' ? this.#heading : `${this.#heading}\n${piece}`)
      this.#isHeadingSaid = true
    }
  }
}

const optionsOf = (given: unknown): MarkdownOptions => {
  const {
    code_blocks: code,
    heading_hierarchy: hierarchy,
    join_table_rows: rows,
    reference_links: links,
  } = (given ?? {}) as Record<string, unknown>
  return { ...splitOptionsOf(given), code: code === true, hierarchy: hierarchy === true, joinRows: rows === true, links: links === true }
}

const split = (text: string, options: MarkdownOptions): string[] => {
  try {
    return new Pieces(options).add(lexer(text)).done
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return splitText(text, options) // it is nested deeper than the reader can follow: it is split as any text
  }
}

export const markdownOperations: Readonly<Record<string, TextOperation>> = {
  markdown: (_, [options, text]) => [split(stringOf(text), optionsOf(options))],
}
