// A file of declarations that jco prints beside its glue: its types, its functions.
//
// The grammar is that of one generator and no more of TypeScript than it prints; what is not in it is refused, never guessed.

import { Kind, WippyError } from '../error.ts'
import { type Field, kebab, type Type } from './wit-type.ts'

type Parameters = readonly { readonly name: string; readonly type: Type }[]

const TOKEN = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.)*'|[A-Za-z_$][\w$]*|=>|[{}()[\]<>,;:?|=.*]/y

export const unreadable = (what: string, file: string): WippyError =>
  new WippyError('PLUGIN_TYPE', Kind.Invalid, `the types of the component cannot be read: ${what} in ${file}`, { retryable: false })

const tokensOf = (source: string, file: string): string[] => {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const start = TOKEN.lastIndex
    const token = TOKEN.exec(source)?.[0]
    if (token === undefined) throw unreadable(`"${source.slice(start, start + 20)}"`, file)
    if (!/^(?:\s|\/[/*])/.test(token)) tokens.push(token)
  }
  return tokens
}

export const SIMPLE: Readonly<Record<string, Type>> = {
  string: { is: 'string' },
  boolean: { is: 'boolean' },
  number: { is: 'number' },
  bigint: { is: 'bigint' },
  Uint8Array: { is: 'bytes' },
  void: { is: 'nothing' },
  undefined: { is: 'undefined' },
}
const ARRAY = /^(?:Int8|Uint16|Int16|Uint32|Int32|BigUint64|BigInt64|Float32|Float64)Array$/

/** One declaration file: its types go into `types`, its functions are returned. */
export class Declarations {
  readonly #tokens: string[]
  readonly #file: string
  readonly #scope: string
  readonly #types: Map<string, Type>
  readonly functions: { readonly name: string; readonly parameters: Parameters; readonly result: Type }[] = []
  /** Types that stand for things the component holds on to. */
  readonly resources = new Set<string>()
  /** The interfaces that the world exports, by their full name, each with the file it is declared in. */
  readonly interfaces = new Map<string, string>()
  readonly #files = new Map<string, string>()
  #at = 0

  constructor(source: string, file: string, scope: string, types: Map<string, Type>) {
    this.#tokens = tokensOf(source, file)
    this.#file = file
    this.#scope = scope
    this.#types = types
  }

  read(): this {
    while (this.#at < this.#tokens.length) this.#statement()
    return this
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? ''
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw unreadable('an unexpected end', this.#file)
    return token
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#at++
    return true
  }

  #expect(token: string): void {
    const found = this.#next()
    if (found !== token) throw unreadable(`"${found}" in place of "${token}"`, this.#file)
  }

  #text(): string {
    return this.#next().slice(1, -1)
  }

  #statement(): void {
    const what = this.#accept('import') ? 'import' : this.#exported()
    if (what === 'import') this.#import()
    else if (what === 'function') this.#signature(this.#next())
    else if (what === 'interface') this.#interface()
    else if (what === 'type') this.#alias()
    else if (what === 'class') this.#class()
    else throw unreadable(`"${what}"`, this.#file)
  }

  #exported(): string {
    this.#expect('export')
    return this.#next()
  }

  #import(): void {
    this.#expect('type')
    if (this.#accept('*')) {
      this.#expect('as')
      const name = this.#next()
      this.#expect('from')
      this.#files.set(name, this.#text())
    } else {
      this.#expect('{')
      const name = this.#next()
      const alias = this.#accept('as') ? this.#next() : name
      this.#expect('}')
      this.#expect('from')
      const scope = scopeOf(this.#text())
      this.#types.set(`${this.#scope}/${alias}`, { is: 'named', name: `${scope}/${name}` })
    }
    this.#accept(';')
  }

  #signature(name: string): void {
    const parameters = this.#parameters()
    const result = this.#accept(':') ? this.#type() : SIMPLE.void!
    this.#accept(';')
    this.functions.push({ name: kebab(name), parameters, result })
  }

  #parameters(): Parameters {
    const parameters: { name: string; type: Type }[] = []
    this.#expect('(')
    while (!this.#accept(')')) {
      const name = kebab(this.#next())
      const isOptional = this.#accept('?')
      this.#expect(':')
      const type = this.#type()
      parameters.push({ name, type: isOptional ? { is: 'option', of: type } : type })
      this.#accept(',')
    }
    return parameters
  }

  /** A record; in the world's file also `Root`, whose members are what the component exports, and `ImportObject`. */
  #interface(): void {
    const name = this.#next()
    const fields: Field[] = []
    this.#expect('{')
    while (!this.#accept('}')) {
      const quoted = this.#peek().startsWith("'")
      const key = quoted ? this.#text() : this.#next()
      if (this.#peek() === '(') {
        this.#signature(key)
        this.#accept(',')
        continue
      }
      const isOptional = this.#accept('?')
      this.#expect(':')
      if (this.#accept('typeof')) {
        const file = this.#files.get(this.#next())
        if (name === 'Root' && file !== undefined && (quoted || !this.#hasInterface(file))) this.interfaces.set(key, file)
      } else fields.push({ name: kebab(key), key, type: this.#type(), isOptional })
      this.#accept(',')
    }
    this.#types.set(`${this.#scope}/${name}`, { is: 'record', fields })
  }

  /** Whether an interface is known by its name already: jco also prints names that need no quotation marks. */
  #hasInterface(file: string): boolean {
    return [...this.interfaces.values()].includes(file)
  }

  #alias(): void {
    const name = this.#next()
    if (this.#accept('<')) {
      this.#skipTo(';') // Option and Result, known here
      return
    }
    this.#expect('=')
    this.#types.set(`${this.#scope}/${name}`, this.#type())
    this.#accept(';')
  }

  #class(): void {
    this.resources.add(this.#next())
    let depth = 0
    do {
      const token = this.#next()
      depth += token === '{' ? 1 : token === '}' ? -1 : 0
    } while (depth > 0 || this.#tokens[this.#at - 1] !== '}')
  }

  #skipTo(token: string): void {
    while (this.#next() !== token) {}
  }

  #type(): Type {
    this.#accept('|')
    const parts = [this.#part()]
    while (this.#accept('|')) parts.push(this.#part())
    const meant = parts.filter(({ is }) => is !== 'undefined')
    const one = meant.length === 1 ? meant[0]! : this.#union(meant)
    return meant.length < parts.length ? { is: 'option', of: one } : one
  }

  #union(parts: readonly Type[]): Type {
    const literals = parts.flatMap((part) => (part.is === 'enum' ? part.cases : []))
    return literals.length === parts.length ? { is: 'enum', cases: literals } : { is: 'union', of: parts }
  }

  #part(): Type {
    const token = this.#next()
    if (token.startsWith("'")) return { is: 'enum', cases: [token.slice(1, -1)] }
    if (token === 'import') return this.#elsewhere()
    if (token === '[') return this.#tuple()
    if (token === 'Array') return { is: 'list', of: this.#argument() }
    if (token === 'Option') return { is: 'variant', cases: { none: SIMPLE.void!, some: this.#argument() } }
    if (token === 'Result') return this.#result()
    if (ARRAY.test(token)) return { is: 'array', of: token }
    return SIMPLE[token] ?? { is: 'named', name: `${this.#scope}/${token}` }
  }

  /** `import('./other.js').Name` */
  #elsewhere(): Type {
    this.#expect('(')
    const scope = scopeOf(this.#text())
    this.#expect(')')
    this.#expect('.')
    return { is: 'named', name: `${scope}/${this.#next()}` }
  }

  #argument(): Type {
    this.#expect('<')
    const type = this.#type()
    this.#expect('>')
    return type
  }

  #result(): Type {
    this.#expect('<')
    const ok = this.#type()
    this.#expect(',')
    const err = this.#type()
    this.#expect('>')
    return { is: 'variant', cases: { ok, err } }
  }

  #tuple(): Type {
    const of: Type[] = []
    while (!this.#accept(']')) {
      of.push(this.#type())
      this.#accept(',')
    }
    return { is: 'tuple', of }
  }
}

/** What names of a file are told apart by. */
export const scopeOf = (file: string): string => file.replace(/^.*\//, '').replace(/\.(?:d\.ts|js)$/, '')
