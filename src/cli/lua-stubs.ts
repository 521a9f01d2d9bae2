// What editors read of the Lua API: stubs for the language server of Lua, and types for TypeScript.

import { luaApi, type Member, type Section } from '../lua/api/api.ts'

/** A type as the language server writes it. */
const luaType = (type: string): string => type.replace(/^function/, 'fun(...): any')

/** The tables that members of a section lie in. */
const tablesOf = (members: readonly Member[]): string[] => [
  ...new Set(members.flatMap(({ name }) => (name.includes('.') ? [name.slice(0, name.lastIndexOf('.'))] : []))),
]

const memberStub = (owner: string, joint: '.' | ':', { name, parameters, types, doc }: Member): string => {
  const about = doc === '' ? [] : [`---${doc}`]
  if (parameters === null) return [...about, `---@type ${luaType(types[0]!)}`, `${owner}.${name} = nil`].join('\n')
  return [
    ...about,
    ...parameters.map((one) => `---@param ${one.name} ${luaType(one.type)}`),
    ...types.map((type) => `---@return ${luaType(type)}`),
    `function ${owner}${name.includes('.') ? '.' : joint}${name}(${parameters.map((one) => one.name).join(', ')}) end`,
  ].join('\n')
}

const sectionStub = ({ sort, name, doc, members }: Section): string => {
  const isClass = sort === 'class'
  const isLogger = name === 'logger' // the module is an object
  const declared = isClass
    ? `---@class ${name}\nlocal ${name} = {}`
    : `${doc === '' ? '' : `---${doc}\n`}---@class ${name}\n${sort === 'global' ? '' : 'local '}${name} = {}`
  const tables = tablesOf(members).map((table) => `${name}.${table} = {}`)
  return [declared, ...tables, ...members.map((member) => memberStub(name, isClass || isLogger ? ':' : '.', member))].join('\n')
}

/** Files by name: one for the globals with every class, and one for each module. */
export const luaStubs = (): ReadonlyMap<string, string> => {
  const files = new Map<string, string>()
  const shared = luaApi.filter(({ sort }) => sort !== 'module').map(sectionStub)
  files.set('globals.lua', `---@meta\n\n${shared.join('\n\n')}\n`)
  for (const section of luaApi) {
    if (section.sort !== 'module') continue
    files.set(`${section.name}.lua`, `---@meta ${section.name}\n\n${sectionStub(section)}\n\nreturn ${section.name}\n`)
  }
  return files
}

const PLAIN: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  any: 'unknown',
  nil: 'undefined',
  table: 'Readonly<Record<string, unknown>>',
  function: '(...values: unknown[]) => unknown',
  thread: 'object',
}

const plainType = (type: string): string => {
  if (type.endsWith('?')) return `${plainType(type.slice(0, -1))} | undefined`
  if (type.endsWith('[]')) return `readonly ${plainType(type.slice(0, -2))}[]`
  return PLAIN[type] ?? (type === 'Error' ? 'LuaError' : type)
}

const returned = (types: readonly string[]): string => {
  if (types.length === 0) return 'void'
  return types.length === 1 ? plainType(types[0]!) : `readonly [${types.map(plainType).join(', ')}]`
}

const parameterType = ({ name, type }: { readonly name: string; readonly type: string }): string => {
  if (name === '...') return `...values: ${plainType(type)}[]`
  return type.endsWith('?') ? `${name}_?: ${plainType(type.slice(0, -1))}` : `${name}_: ${plainType(type)}`
}

const memberType = ({ name, parameters, types, doc }: Member): string => {
  const own = name.slice(name.lastIndexOf('.') + 1)
  const about = doc === '' ? '' : `/** ${doc} */ `
  return parameters === null
    ? `${about}readonly ${own}: ${plainType(types[0]!)}`
    : `${about}${own}(${parameters.map(parameterType).join(', ')}): ${returned(types)}`
}

const interfaceName = ({ sort, name }: Section): string => {
  if (sort === 'class') return name === 'Error' ? 'LuaError' : name
  return `${name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Module`
}

/** Every module and class as an interface. What Lua returns as several values is a tuple. */
export const typescriptTypes = (): string => {
  const interfaces = luaApi.map((section) => {
    const flat = section.members.filter(({ name }) => !name.includes('.')).map((member) => `  ${memberType(member)}`)
    const nested = tablesOf(section.members).map((table) => {
      const inner = section.members.filter(({ name }) => name.startsWith(`${table}.`)).map((member) => `    ${memberType(member)}`)
      return `  readonly ${table}: {\n${inner.join('\n')}\n  }`
    })
    const about = section.doc === '' ? '' : `/** ${section.doc} */\n`
    return `${about}export interface ${interfaceName(section)} {\n${[...flat, ...nested].join('\n')}\n}`
  })
  return `// The Lua API of wippy. Made by "wippy stubs".\n\n${interfaces.join('\n\n')}\n`
}
