// The Lua API with its signatures: the one source of docs/lua.md, of the stubs that editors read, and of the types for TypeScript.
// test/cli/lua-api.test.ts compares it with what the modules have.

import { data } from './data.ts'
import { process } from './process.ts'
import { service } from './service.ts'
import { storage } from './storage.ts'
import { syntax } from './syntax.ts'

export type Parameter = { readonly name: string; readonly type: string }

/** A function, or a value when it takes nothing. */
export type Member = {
  /** With the tables it lies in: `random.bytes`. */
  readonly name: string
  /** Null for a value. */
  readonly parameters: readonly Parameter[] | null
  /** What a function returns, in order; the type of a value. */
  readonly types: readonly string[]
  readonly doc: string
}

export type Section = {
  readonly sort: 'module' | 'global' | 'class'
  readonly name: string
  readonly doc: string
  readonly members: readonly Member[]
}

const HEAD = /^(module|global|class) (\w+)(?:: (.*))?$/
const FUNCTION = /^([\w.]+)\((.*?)\)(?:: (.+?))?(?: - (.+))?$/
const VALUE = /^([\w.]+) = (\S+)(?: - (.+))?$/

const listed = (text: string): string[] => (text === '' ? [] : text.split(', '))

const parameterIn = (text: string): Parameter => {
  const [name = '', type = 'any'] = text.split(': ')
  return { name, type }
}

const memberIn = (line: string): Member => {
  const [, value = '', type = '', about = ''] = VALUE.exec(line) ?? []
  if (value !== '') return { name: value, parameters: null, types: [type], doc: about }
  const [, name = '', parameters = '', types = '', doc = ''] = FUNCTION.exec(line) ?? []
  return { name, parameters: listed(parameters).map(parameterIn), types: listed(types), doc }
}

/** The sections of a table of lines. */
export const sectionsIn = (text: string): Section[] => {
  const sections: { sort: Section['sort']; name: string; doc: string; members: Member[] }[] = []
  for (const line of text.trim().split('\n')) {
    const [, sort, name = '', doc = ''] = HEAD.exec(line) ?? []
    if (sort) sections.push({ sort: sort as Section['sort'], name, doc, members: [] })
    else sections.at(-1)!.members.push(memberIn(line))
  }
  return sections
}

/** In the order in which one reads them; the classes of a module follow it. */
export const luaApi: readonly Section[] = [process, data, storage, syntax, service].flatMap(sectionsIn)

/** How a member is written where it is listed: `decode(text) → any, Error?`, with `prefix` in front of its name. */
export const signature = ({ name, parameters, types }: Member, prefix = ''): string => {
  if (parameters === null) return `${prefix}${name}`
  const taken = parameters.map((one) => (one.type.endsWith('?') ? `${one.name}?` : one.name)).join(', ')
  return `${prefix}${name}(${taken})${types.length > 0 ? ` → ${types.join(', ')}` : ''}`
}
