// Types of WIT, as the glue takes and gives them, and how people read them.

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

/** `toHtml` as WIT writes it. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

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
