// The types of host modules and of Lua's own library, made of the table that also gives the pages and the stubs.
//
// What a host function may not give is nil beside an error: its results are soft, so code that does not look at the error is not refused.

import { luaApi, type Member, type Section, sectionsIn } from '../api/api.ts'
import { standard } from './standard.ts'
import {
  any,
  anyFunction,
  anytable,
  array,
  boolean,
  type Field,
  fn,
  integer,
  nil,
  number,
  optional,
  type RecordType,
  record,
  string,
  type Type,
  thread,
  union,
} from './type.ts'

const BASICS: Readonly<Record<string, Type>> = {
  any,
  boolean,
  function: anyFunction,
  integer,
  nil,
  number,
  string,
  table: anytable,
  thread,
}

export type Host = {
  /** What `require(name)` gives, and the global of that name where the module is declared. */
  readonly modules: ReadonlyMap<string, Type>
  /** What is there without a declaration. */
  readonly globals: ReadonlyMap<string, Type>
  /** Objects that modules give, by their names; of names that two modules have, the first. */
  readonly classes: ReadonlyMap<string, Type>
}

/** Other names of modules. */
const ALIASES: Readonly<Record<string, string>> = { db: 'sql', template: 'templates', eval: 'eval_runner' }

let made: Host | null = null

/** Made when it is first asked for, and once. */
export const host = (): Host => {
  made ??= makeHost()
  return made
}

const makeHost = (): Host => {
  const classes = new Map<string, Type>()
  const groups = groupsIn(luaApi).map((sections) => {
    const own = new Map<string, Type>()
    for (const section of sections) {
      if (section.sort !== 'class') continue
      const type = lazily(section.name, () => objectOf(section, find))
      own.set(section.name, type)
      if (!classes.has(section.name)) classes.set(section.name, type)
    }
    const find = (name: string): Type | undefined => own.get(name) ?? classes.get(name)
    return { head: sections[0]!, find }
  })
  const modules = new Map<string, Type>()
  const globals = new Map<string, Type>()
  for (const { head, find } of groups) {
    const type = lazily(head.name, () => objectOf(head, find))
    if (head.sort === 'module') modules.set(head.name, type)
    else globals.set(head.name, type)
  }
  for (const [alias, name] of Object.entries(ALIASES)) modules.set(alias, modules.get(name) ?? any)
  for (const section of sectionsIn(standard)) {
    const type = objectOf(section, (name) => classes.get(name))
    if (section.name === 'base') for (const [name, field] of type.fields) globals.set(name, field.type)
    else globals.set(section.name, type)
  }
  for (const name of ['_G', '_ENV', '_VERSION', 'typeof']) globals.set(name, any)
  for (const name of [
    'Any',
    'Boolean',
    'Function',
    'Integer',
    'Nil',
    'Number',
    'String',
    'Table',
    'Thread',
    'integer',
    'number',
    'boolean',
  ])
    globals.set(name, any)
  return { modules, globals, classes }
}

const lazily = (name: string, make: () => Type): Type => {
  let known: Type | null = null
  return {
    kind: 'named',
    name,
    args: [],
    resolve: () => {
      known ??= make()
      return known
    },
  }
}

/** A module or a global with the classes behind it. */
const groupsIn = (sections: readonly Section[]): Section[][] => {
  const groups: Section[][] = []
  for (const section of sections) {
    if (section.sort === 'class' && groups.length > 0) groups.at(-1)!.push(section)
    else groups.push([section])
  }
  return groups
}

type Find = (name: string) => Type | undefined

const typeIn = (text: string, find: Find): Type => {
  if (text.endsWith('?')) return optional(typeIn(text.slice(0, -1), find), true)
  if (text.endsWith('[]')) return array(typeIn(text.slice(0, -2), find))
  // Numbers and errors stand where Lua's library wants a text.
  if (text === 'text') return union([string, number, find('Error') ?? any])
  return BASICS[text] ?? find(text) ?? any
}

const memberType = ({ parameters, types }: Member, isMethod: boolean, find: Find): Type => {
  if (parameters === null) return typeIn(types[0] ?? 'any', find)
  const rest = parameters.find(({ name }) => name === '...')
  const more = types.find((type) => type.startsWith('...'))
  return fn({
    parameters: parameters
      .filter((one) => one !== rest)
      .map(({ name, type }) => ({ name, type: typeIn(type, find), optional: type.endsWith('?') || type === 'any' })),
    rest: rest ? typeIn(rest.type, find) : null,
    results: types.filter((type) => type !== more).map((type) => typeIn(type, find)),
    more: more === undefined ? null : typeIn(more.slice(3), find),
    isMethod,
    isClosed: true,
  })
}

/** A table of constants of which some stand for all: `http.STATUS`. */
const isConstants = (names: readonly string[]): boolean => names.length > 0 && names.every((name) => /^[A-Z][A-Z0-9_]*$/.test(name))

const objectOf = (section: Section, find: Find): RecordType => {
  const isMethod = section.sort === 'class' || section.name === 'logger'
  const fields = new Map<string, Field>()
  const nested = new Map<string, Map<string, Field>>()
  for (const member of section.members) {
    const dot = member.name.indexOf('.')
    if (dot < 0) {
      fields.set(member.name, { type: memberType(member, isMethod, find), optional: false })
      continue
    }
    const outer = member.name.slice(0, dot)
    const inner = nested.get(outer) ?? new Map<string, Field>()
    inner.set(member.name.slice(dot + 1), { type: memberType(member, false, find), optional: false })
    nested.set(outer, inner)
  }
  for (const [name, inner] of nested) {
    fields.set(name, { type: isConstants([...inner.keys()]) ? anytable : record(inner, `${section.name}.${name}`), optional: false })
  }
  return record(fields, section.name)
}
