// Random typed Lua beside the plain Lua that it means: what only the typed language has is left out of the plain text, line for line.

import { Random } from '../support/random.ts'

export type Twin = { readonly typed: string; readonly plain: string }

const NAMES = ['a', 'b', 'self', 'as', 'type', 'is', 'readonly', 'fun', 'interface', 'keyof', 'typeof', 'asserts', 'extends', 'x1'] as const
const TYPES = ['number', 'string', 'any', 'integer', 'boolean', 'T', 'lib.User', 'lib.deep.Id', 'nil', 'error', 'table'] as const
const VALUES = ['nil', 'true', '1', '0x1p-3', '"s"', "'\\u{48}'", '[==[\nlong]==]', '...', '{}', '3.5e2'] as const
/** None that a type could go on with: behind a cast it would. */
const OPERATORS = ['+', '-', '*', '/', '//', '%', '^', '..', '==', '~=', '<=', '>=', '>>', 'and', 'or', '~'] as const
const SPACES = [' ', '  ', '\n', '\r\n', '--[[ c ]] ', '-- c\n', '--[==[\n]==]\n', '\t'] as const

class Writer {
  typed = ''
  plain = ''
  readonly #random: Random
  #depth = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  chunk(): Twin {
    this.#block(1 + this.#below(6), false)
    return { typed: this.typed, plain: this.plain }
  }

  #below(most: number): number {
    return this.#random.below(most)
  }
  #chance(of: number): boolean {
    return this.#random.next() < of
  }
  #any(...ways: readonly (() => void)[]): void {
    this.#random.of(ways)()
  }

  /** In both. */
  #put(text: string): void {
    this.typed += text
    this.plain += text
  }

  /** What stands only in the typed text; its line ends stay, and it parts words. */
  #only(write: () => void): void {
    const before = this.plain
    const start = this.typed.length
    write()
    this.plain = `${before} ${(this.typed.slice(start).match(/\r\n|\n/g) ?? []).join('')}`
  }

  #space(): void {
    this.#put(this.#chance(0.8) ? ' ' : this.#random.of(SPACES))
  }

  #list(most: number, one: () => void): void {
    for (let left = this.#below(most); left >= 0; left--) {
      one()
      if (left > 0) this.#put(',')
    }
  }

  #deeper(simple: () => void, ...ways: readonly (() => void)[]): void {
    if (this.#depth > 5) return void simple()
    this.#depth++
    this.#any(simple, ...ways)
    this.#depth--
  }

  // statements

  #block(count: number, inLoop: boolean): void {
    for (let left = count; left > 0; left--) {
      this.#deeper(
        () => this.#local(),
        () => this.#local(),
        () => this.#assignment(),
        () => this.#callStatement(),
        () => this.#if(inLoop),
        () => this.#for(),
        () => this.#while(),
        () => this.#repeat(),
        () => this.#function(),
        () => this.#do(inLoop),
      )
      this.#put(this.#chance(0.2) ? ';\n' : '\n')
    }
    if (this.#chance(0.2)) this.#return()
    else if (inLoop && this.#chance(0.25)) this.#put('break\n')
  }

  #local(): void {
    this.#put('local ')
    const names = 1 + this.#below(2)
    for (let i = 0; i < names; i++) {
      if (i > 0) this.#put(', ')
      this.#name()
      const isFirst = this.#chance(0.5)
      if (isFirst) this.#annotation()
    }
    if (this.#chance(0.2)) return
    this.#put(' = ')
    this.#values(names)
  }

  /** One or two values, of which the last may be cut to one where `wanted` are. */
  #values(wanted: number): void {
    const count = 1 + this.#below(2)
    for (let i = 1; i <= count; i++) {
      this.#expression(i === count && wanted > count)
      if (i < count) this.#put(', ')
    }
  }

  #assignment(): void {
    const targets = 1 + this.#below(2)
    for (let i = 0; i < targets; i++) {
      if (i > 0) this.#put(', ')
      this.#name()
      if (this.#chance(0.4)) this.#put('.f')
      else if (this.#chance(0.3)) this.#bracketed('[', ']', () => this.#expression(false))
    }
    this.#put(' = ')
    this.#values(targets)
  }

  #callStatement(): void {
    if (this.#chance(0.3)) {
      this.#put(';') // what stands before it is no callee
      this.#bracketed('(', ')', () => this.#expression(false))
    } else this.#name()
    this.#call()
    if (this.#chance(0.2)) this.#only(() => this.#put('!'))
  }

  #if(inLoop: boolean): void {
    this.#put('if ')
    this.#expression(false)
    this.#put(' then\n')
    this.#block(this.#below(3), inLoop)
    if (this.#chance(0.4)) {
      this.#put('else\n')
      this.#block(this.#below(3), inLoop)
    }
    this.#put('end')
  }

  #for(): void {
    this.#put('for ')
    this.#name()
    this.#annotation()
    if (this.#chance(0.5)) {
      this.#put(' = ')
      this.#expression(false)
      this.#put(', ')
      this.#expression(false)
    } else {
      if (this.#chance(0.5)) {
        this.#put(', ')
        this.#name()
        this.#annotation()
      }
      this.#put(' in ')
      this.#expression(false)
    }
    this.#put(' do\n')
    this.#block(this.#below(3), true)
    this.#put('end')
  }

  #while(): void {
    this.#put('while ')
    this.#expression(false)
    this.#put(' do\n')
    this.#block(this.#below(3), true)
    this.#put('end')
  }

  #repeat(): void {
    this.#put('repeat\n')
    this.#block(this.#below(3), true)
    this.#put('until ')
    this.#expression(false)
  }

  #do(inLoop: boolean): void {
    this.#put('do\n')
    this.#block(this.#below(3), inLoop)
    this.#put('end')
  }

  #function(): void {
    this.#put(this.#chance(0.5) ? 'local function f' : this.#chance(0.5) ? 'function a.b:m' : 'function g')
    this.#body()
  }

  #return(): void {
    this.#put('return ')
    if (this.#chance(0.7)) this.#values(Number.POSITIVE_INFINITY)
    this.#put('\n')
  }

  #body(): void {
    if (this.#chance(0.2)) this.#only(() => this.#generics())
    this.#put('(')
    const count = this.#below(3)
    for (let i = 0; i < count; i++) {
      this.#name()
      this.#annotation(true)
      this.#put(', ')
    }
    this.#put('...')
    this.#annotation()
    this.#put(')')
    if (this.#chance(0.4)) this.#only(() => this.#results())
    this.#put('\n')
    this.#block(this.#below(3), false)
    this.#put('end')
  }

  // expressions

  #name(): void {
    this.#put(this.#random.of(NAMES))
  }

  #bracketed(open: string, close: string, write: () => void): void {
    this.#put(open)
    this.#space()
    write()
    this.#put(close)
  }

  /** `isCut`: more than one value would be taken here, and a cast has one. */
  #expression(isCut: boolean): void {
    this.#deeper(
      () => this.#cast(isCut),
      () => this.#cast(isCut),
      () => {
        this.#cast(false)
        this.#space()
        const operator = this.#random.of(OPERATORS)
        this.#put(operator)
        if (operator === '-')
          this.#put(' ') // or a comment would follow
        else this.#space()
        this.#expression(false)
      },
      () => {
        this.#put(this.#random.of(['not ', '- ', '#', '~']))
        this.#cast(false)
      },
    )
  }

  /** An operand, perhaps with casts. */
  #cast(isCut: boolean): void {
    const start = this.plain.length
    const isOpen = this.#operand()
    const casts = this.#chance(0.7) ? 0 : 1 + this.#below(2)
    if (casts > 0 && isCut && isOpen) this.plain = `${this.plain.slice(0, start)}(${this.plain.slice(start)})`
    for (let left = casts; left > 0; left--) this.#only(() => this.#castMark(left === 1))
  }

  /** `::` only when it is the last one: `:: name ::` is a label. */
  #castMark(isLast: boolean): void {
    this.#put(' ')
    if (this.#chance(0.2)) return void this.#put('!')
    this.#put(isLast && this.#chance(0.5) ? ':: ' : 'as ')
    this.#type()
  }

  /** Whether it may have more than one value. */
  #operand(): boolean {
    let isOpen = false
    this.#deeper(
      () => {
        const value = this.#random.of(VALUES)
        isOpen = value === '...'
        this.#put(value)
      },
      () => this.#name(),
      () => {
        this.#name()
        this.#put('.f')
      },
      () => {
        this.#name()
        this.#call()
        isOpen = true
      },
      () => this.#bracketed('(', ')', () => this.#expression(false)),
      () => this.#table(),
      () => {
        this.#put('function')
        this.#body()
      },
    )
    return isOpen
  }

  #call(): void {
    if (this.#chance(0.3)) this.#put(':m')
    if (this.#chance(0.2)) {
      this.#only(() => {
        this.#put('::<')
        this.#list(2, () => this.#type())
        this.#put('>')
      })
    }
    if (this.#chance(0.2)) return void this.#put('"s"')
    if (this.#chance(0.2)) return void this.#table()
    this.#put('(')
    if (this.#chance(0.7)) this.#values(Number.POSITIVE_INFINITY)
    this.#put(')')
  }

  #table(): void {
    this.#put('{')
    const count = this.#below(3)
    for (let i = 1; i <= count; i++) {
      if (this.#chance(0.3)) {
        this.#put('k = ')
        this.#expression(false)
      } else if (this.#chance(0.4)) {
        this.#bracketed('[ ', ']', () => this.#expression(false))
        this.#put(' = ')
        this.#expression(false)
      } else this.#expression(i === count)
      if (i < count || this.#chance(0.2)) this.#put(this.#chance(0.7) ? ', ' : '; ')
    }
    this.#put('}')
  }

  // types, written where only the typed text has them

  #annotation(mayBeOptional = false): void {
    if (this.#chance(0.5)) return
    this.#only(() => {
      this.#put(mayBeOptional && this.#chance(0.3) ? '?: ' : ': ')
      this.#type()
    })
  }

  #generics(): void {
    this.#put('<')
    this.#list(2, () => {
      this.#put('T')
      if (this.#chance(0.7)) return
      this.#put(': ')
      this.#type()
    })
    this.#put('>')
  }

  #results(): void {
    this.#put(': ')
    this.#resultTypes()
  }

  #resultTypes(): void {
    if (this.#chance(0.6)) return void this.#type()
    this.#items()
  }

  #items(): void {
    this.#bracketed('(', ')', () => {
      for (let left = this.#below(3); left > 0; left--) {
        if (this.#chance(0.4)) this.#put(this.#chance(0.3) ? 'end?: ' : 'b: ')
        this.#type()
        this.#put(', ')
      }
      this.#put('...')
      this.#type()
    })
  }

  #type(): void {
    this.#deeper(
      () => this.#put(this.#random.of(TYPES)),
      () => this.#put(this.#random.of(['"lit"', '-1', 'true', '3.5'])),
      () => {
        this.#type()
        this.#put('?')
      },
      () => {
        this.#put('(')
        this.#type()
        this.#put(')[]')
      },
      () => {
        this.#type()
        this.#put(this.#chance(0.5) ? ' | ' : ' & ')
        this.#type()
      },
      () => this.#bracketed('{', '}', () => this.#type()),
      () => this.#bracketed('{', '}', () => this.#list(3, () => this.#field())),
      () => this.#bracketed('{[', ']: T}', () => this.#type()),
      () => {
        this.#items()
        this.#put(' -> ')
        this.#resultTypes()
      },
      () => {
        this.#put('Box<')
        this.#list(2, () => this.#type())
        this.#put('>')
      },
      () => this.#put(this.#random.of(['string @min(1) @pattern("x")', 'readonly T', 'readonly {T}', 'typeof(a)'])),
    )
  }

  #field(): void {
    this.#space()
    this.#put(this.#random.of(['x', 'type', 'end', 'readonly', 'readonly y', 'function']))
    this.#put(this.#chance(0.3) ? '?: ' : ': ')
    this.#type()
  }
}

/** A chunk in both languages. The same seed gives the same. */
export const randomTyped = (seed: number): Twin => new Writer(seed).chunk()
