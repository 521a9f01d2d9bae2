// What types are made of where several stand together: fields of records, parameters and results of functions, type parameters.

import type { Generics, Type, TypeField, TypeItem, TypeParameter } from './ast.ts'
import { Cursor } from './cursor.ts'
import { isReserved, type Token } from './token.ts'

/** A type is one level of ours, but up to three of the Lua that describes it. */
export const LEVELS = 3

/** What parentheses hold before it is known whether a function follows. */
type Parenthesised = { readonly start: number; readonly end: number; readonly items: readonly TypeItem[] }

export abstract class TypeItemParser extends Cursor {
  abstract type(): Type
  /** Everything that may follow a primary type. */
  protected abstract rest(primary: Type): Type

  /** `<a, b, …>` */
  angled<Item>(item: () => Item): Item[] {
    const open = this.expect('<')
    const items = this.list(item)
    this.closeAngle(open)
    return items
  }

  /** Whether `name:` or `name?:` stands here; a reserved word may be a field's name. */
  isField(): boolean {
    if (!isWordToken(this.token)) return false
    return this.isFieldMark(1) || (this.isWord('readonly') && isWordToken(this.peek()) && this.isFieldMark(2))
  }

  protected isFieldMark(offset: number): boolean {
    const { kind } = this.peek(offset)
    return kind === ':' || (kind === '?' && this.peek(offset + 1).kind === ':')
  }

  field(): TypeField {
    if (!this.isField()) this.failExpected('a field (name: type)')
    const { start } = this.token
    if (!this.isFieldMark(1)) this.take()
    const name = this.take().text
    const optional = this.accept('?')
    this.expect(':')
    const type = this.type()
    return { kind: 'typefield', start, end: this.end, name, optional, type }
  }

  /** `(A, b: B, ...C)`, then a function type if an arrow follows, a group if it is one plain type, otherwise just the items. */
  protected parentheses(): Type | Parenthesised {
    const group = this.items()
    const { start, items } = group
    if (this.accept('->')) {
      return { kind: 'functiontype', start, generics: undefined, parameters: items, results: this.resultTypes(), end: this.end }
    }
    const [only] = items
    const plain = items.length === 1 && only && only.name === undefined && !only.variadic
    return plain ? { kind: 'group', start, end: this.end, inner: only.type } : group
  }

  protected items(): Parenthesised {
    const open = this.expect('(')
    const items = this.is(')') ? [] : this.list(() => this.#item())
    this.close(')', open)
    return { start: open.start, end: this.end, items }
  }

  #item(): TypeItem {
    const { start } = this.token
    const variadic = this.accept('...')
    if (variadic && !this.accept(':') && (this.is(')') || this.is(','))) {
      const type: Type = { kind: 'primitive', start, end: this.end, name: 'any' }
      return { kind: 'typeitem', start, end: this.end, name: undefined, optional: false, variadic, type }
    }
    const name = !variadic && this.isField() ? this.take().text : undefined
    const optional = name !== undefined && this.accept('?')
    if (name !== undefined) this.expect(':')
    const type = this.type()
    return { kind: 'typeitem', start, end: this.end, name, optional, variadic, type }
  }

  /** What stands behind an arrow: one type, or any number in parentheses. */
  resultTypes(): readonly TypeItem[] {
    if (this.is('...')) return [this.#item()]
    if (!this.is('(')) return [asItem(this.type())]
    this.enter(LEVELS)
    const group = this.parentheses()
    const results = 'kind' in group ? [asItem(this.rest(group))] : group.items
    this.leave(LEVELS)
    return results
  }

  /** `<T, U: Bound>` if it stands here. */
  generics(): Generics | undefined {
    if (!this.is('<')) return undefined
    const { start } = this.token
    const parameters = this.angled((): TypeParameter => {
      const name = this.expect('<name>', "the type parameter's name")
      const bound = this.accept(':') ? this.type() : undefined
      return { kind: 'typeparameter', start: name.start, end: this.end, name: name.text, bound }
    })
    return { kind: 'generics', start, end: this.end, parameters }
  }
}

/** A type that stands alone in a list of types. */
export const asItem = (type: Type): TypeItem => ({
  kind: 'typeitem',
  start: type.start,
  end: type.end,
  name: undefined,
  optional: false,
  variadic: false,
  type,
})

const isWordToken = (token: Token): boolean => token.kind === '<name>' || isReserved(token)
