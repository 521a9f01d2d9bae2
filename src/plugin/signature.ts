// What a component exports, with types: read from the declarations that jco prints beside its glue, once, when a plugin is installed.

import { Declarations, SIMPLE, scopeOf, unreadable } from './declarations.ts'
import type { Type } from './wit-type.ts'

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
    // jco exports an interface of a package under its name, and one of the world itself as JavaScript writes names.
    const key = name.includes(':') ? name : camel(name)
    for (const fn of declarations?.functions ?? []) {
      const own = `${short}.${fn.name}`
      found.push({ ...fn, name: own, path: [key, camel(fn.name)], isResult: results.has(own) })
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

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
