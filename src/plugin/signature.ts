// What a component exports, with types: read from the declarations that jco prints beside its glue, once, when a plugin is installed.
//
// The grammar is that of one generator and no more of TypeScript than it prints; what is not in it is refused, never guessed.

import { Kind, WippyError } from '../error.ts'

/** A WIT type as the glue takes and gives it. Names in records are as in WIT (kebab-case). */
export type Type =
  | { readonly is: 'string' | 'boolean' | 'number' | 'bigint' | 'bytes' | 'nothing' | 'undefined' }
  | { readonly is: 'array'; readonly of: string } // a typed array, by its class
  | { readonly is: 'list' | 'option'; readonly of: Type }
  | { readonly is: 'tuple' | 'union'; readonly of: readonly Type[] } // no union is left in a signature
  | { readonly is: 'record'; readonly fields: readonly Field[] }
  | { readonly is: 'variant'; readonly cases: Readonly<Record<string, Type>> }
  | { readonly is: 'enum'; readonly cases: readonly string[] }
  | { readonly is: 'named'; readonly name: string } // one of `Signature.types`, which may be recursive

export type Field = { readonly name: string; readonly key: string; readonly type: Type; readonly isOptional: boolean }

export type ExportedFunction = {
  /** As in WIT: `to-html`; in an interface `render.to-html`. */
  readonly name: string
  /** Where it is in what the glue's `instantiate` returns. */
  readonly path: readonly string[]
  readonly parameters: readonly { readonly name: string; readonly type: Type }[]
  /** What it returns; of a `result` what that holds when all is well. */
  readonly result: Type
  /** Whether that is a `result`, whose error is thrown. */
  readonly isResult: boolean
}

export type Signature = {
  readonly functions: readonly ExportedFunction[]
  /** Named types, by `interface/Name`. */
  readonly types: Readonly<Record<string, Type>>
  /** Exported functions that cannot be called from Lua, each with the reason. */
  readonly omitted: readonly { readonly name: string; readonly why: string }[]
}

const TOKEN = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.)*'|[A-Za-z_$][\w$]*|=>|[{}()[\]<>,;:?|=.*]/y

/** `toHtml` as WIT writes it. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const unreadable = (what: string, file: string): WippyError =>
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

const SIMPLE: Readonly<Record<string, Type>> = {
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
class Declarations {
  readonly #tokens: string[]
  readonly #file: string
  readonly #scope: string
  readonly #types: Map<string, Type>
  readonly functions: { readonly name: string; readonly parameters: ExportedFunction['parameters']; readonly result: Type }[] = []
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

  #parameters(): ExportedFunction['parameters'] {
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
        if (name === 'Root' && quoted && file !== undefined) this.interfaces.set(key, file)
      } else fields.push({ name: kebab(key), key, type: this.#type(), isOptional })
      this.#accept(',')
    }
    this.#types.set(`${this.#scope}/${name}`, { is: 'record', fields })
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

/** Unions of named cases become variants by tag, now that all names are known. */
const settle = (types: ReadonlyMap<string, Type>): Readonly<Record<string, Type>> => {
  const caseOf = (part: Type): readonly [string, Type] => {
    const record = part.is === 'named' ? types.get(part.name) : undefined
    const fields = record?.is === 'record' ? record.fields : []
    const tag = fields.find(({ key }) => key === 'tag')?.type
    if (tag?.is !== 'enum') throw unreadable('a union that is no variant', 'a type')
    return [tag.cases[0]!, fields.find(({ key }) => key === 'val')?.type ?? SIMPLE.void!]
  }
  return Object.fromEntries(
    [...types].map(([name, type]) => [
      name,
      type.is === 'union' ? { is: 'variant', cases: Object.fromEntries(type.of.map(caseOf)) } : type,
    ]),
  )
}

/** Whether a type, or one it is made of, is a resource. */
const holds = (type: Type, types: Readonly<Record<string, Type>>, resources: ReadonlySet<string>, seen = new Set<string>()): boolean => {
  const inner = (one: Type): boolean => holds(one, types, resources, seen)
  switch (type.is) {
    case 'named':
      if (resources.has(type.name)) return true
      if (seen.has(type.name)) return false
      seen.add(type.name)
      return types[type.name] === undefined || inner(types[type.name]!)
    case 'list':
    case 'option':
      return inner(type.of)
    case 'tuple':
    case 'union':
      return type.of.some(inner)
    case 'record':
      return type.fields.some((field) => inner(field.type))
    case 'variant':
      return Object.values(type.cases).some(inner)
    default:
      return false
  }
}

/**
 * Reads the declarations that came with the glue; `world` is the file that declares the world, `files` all of them by name.
 * `hidden` names exports that are not meant for anybody, `results` functions that return a `result`. Throws PLUGIN_TYPE.
 */
export const signatureOf = (
  world: string,
  files: ReadonlyMap<string, string>,
  { hidden = [], results = new Set() }: { readonly hidden?: readonly string[]; readonly results?: ReadonlySet<string> } = {},
): Signature => {
  const types = new Map<string, Type>()
  const resources = new Set<string>()
  const found: ExportedFunction[] = []
  const read = (file: string, scope: string): Declarations => {
    const source = files.get(file)?.split('export function instantiate(')[0] // the last thing in a world's file
    if (source === undefined) throw unreadable('a missing declaration', file)
    const declarations = new Declarations(source, file, scope, types).read()
    for (const name of declarations.resources) resources.add(`${scope}/${name}`)
    return declarations
  }
  const root = read(world, 'world')
  for (const { name, ...rest } of root.functions) {
    if (!hidden.includes(name)) found.push({ name, path: [camel(name)], isResult: results.has(name), ...rest })
  }
  const interfaces = new Map([...files.keys()].filter((file) => file !== world).map((file) => [file, read(file, scopeOf(file))]))
  for (const [name, path] of root.interfaces) {
    const declarations = interfaces.get(path.replace(/^\.\//, '').replace(/\.js$/, '.d.ts'))
    const short = name.replace(/^.*\//, '').replace(/@.*$/, '')
    for (const fn of declarations?.functions ?? []) {
      const own = `${short}.${fn.name}`
      found.push({ ...fn, name: own, path: [name, camel(fn.name)], isResult: results.has(own) })
    }
  }
  const settled = settle(types)
  const isOmitted = ({ parameters, result }: ExportedFunction): boolean =>
    [...parameters.map(({ type }) => type), result].some((type) => holds(type, settled, resources))
  return {
    functions: found.filter((fn) => !isOmitted(fn)),
    types: settled,
    omitted: found.filter(isOmitted).map(({ name }) => ({ name, why: 'it takes or gives a resource, which Lua cannot hold' })),
  }
}

const scopeOf = (file: string): string => file.replace(/^.*\//, '').replace(/\.(?:d\.ts|js)$/, '')
const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** A type as a person reads it. */
export const describeType = (type: Type, types: Readonly<Record<string, Type>>): string => {
  const inner = (one: Type): string => describeType(one, types)
  switch (type.is) {
    case 'named':
      return kebab(type.name.replace(/^.*\//, '')).replace(/^-/, '')
    case 'bigint':
      return 'integer'
    case 'bytes':
      return 'bytes'
    case 'array':
      return 'list<number>'
    case 'list':
    case 'option':
      return `${type.is}<${inner(type.of)}>`
    case 'tuple':
    case 'union':
      return `tuple<${type.of.map(inner).join(', ')}>`
    default:
      return type.is
  }
}
