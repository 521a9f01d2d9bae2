// What installing a plugin comes to: entries. The component itself, each function it exports, and a Lua module of them all.
//
//   plugins:NAME          plugin.component, by the hash of its bytes, with what it is allowed
//   plugins.NAME:EXPORT   plugin.function: what `funcs.call` calls
//   plugins.NAME:lua      library.lua: `imports: { NAME: plugins.NAME:lua }`, then `require("NAME").some_export(…)`

import { Kind, WippyError } from '../error.ts'
import type { Operation } from '../registry/change.ts'
import { type Entry, type Fields, makeEntry, type Origin } from '../registry/entry.ts'
import type { Compiled } from './component.ts'
import { COMPONENT, FUNCTION } from './plugins.ts'

export const NAMESPACE = 'plugins'
const NAME = /^[a-z][a-z0-9_-]*$/

export type Plan = {
  readonly name: string
  /** The app's directory. */
  readonly root: string
  readonly compiled: Compiled
  readonly allow: readonly string[]
  readonly limits?: Fields
}

/** The namespace of a plugin's exports. */
const namespaceOf = (name: string): string => `${NAMESPACE}.${name}`

/** Throws PLUGIN_NAME. */
export const checkName = (name: string): void => {
  if (NAME.test(name)) return
  throw new WippyError('PLUGIN_NAME', Kind.Invalid, `"${name}" cannot be the name of a plugin`, {
    hint: 'Use lower-case letters, digits, - and _; give another one with --name.',
  })
}

/** An export as Lua names it: `render.to-html` is `render.to_html`. */
const luaName = (name: string): string => name.replaceAll('-', '_')

/** The Lua module: a table of functions, those of an interface in a table of their own. */
const moduleOf = (name: string, { signature }: Compiled): string => {
  const tables = new Set(signature.functions.flatMap((fn) => (fn.name.includes('.') ? [luaName(fn.name.split('.')[0]!)] : [])))
  const lines = signature.functions.map(({ name: exported, parameters }) => {
    const list = parameters.map((parameter) => luaName(parameter.name)).join(', ')
    const call = [`"${namespaceOf(name)}:${exported}"`, ...parameters.map((parameter) => luaName(parameter.name))].join(', ')
    return `function exports.${luaName(exported)}(${list}) return funcs.call(${call}) end`
  })
  return [
    'local funcs = require("funcs")',
    'local exports = {}',
    ...[...tables].map((table) => `exports.${table} = {}`),
    ...lines,
    'return exports',
    '',
  ].join('\n')
}

/** Who installs a plugin is the operator: like the app's files, and unlike what running code makes, its entries have a place. */
const originOf = ({ name, root }: Plan): Origin => {
  const file = `plugin ${name}`
  return { file, path: file, base: root, line: 1, column: 1, spots: new Map(), sources: new Map() }
}

/** The entries of an installed plugin. Throws PLUGIN_NAME. */
export const entriesOf = (plan: Plan): readonly Entry[] => {
  const { name, compiled, allow, limits } = plan
  checkName(name)
  const origin = originOf(plan)
  const plugin = `${NAMESPACE}:${name}`
  const meta = { plugin: name, type: 'plugin' }
  const data = { hash: `sha256:${compiled.hash}`, allow: [...allow], ...(limits && { limits }) }
  const functions = compiled.signature.functions.map((fn) =>
    makeEntry({ id: `${namespaceOf(name)}:${fn.name}`, kind: FUNCTION, meta, data: { plugin, export: fn.name }, origin }),
  )
  const library = makeEntry({
    id: `${namespaceOf(name)}:lua`,
    kind: 'library.lua',
    meta,
    data: { source: moduleOf(name, compiled), modules: ['funcs'] },
    origin,
  })
  return [makeEntry({ id: plugin, kind: COMPONENT, meta, data, origin }), ...functions, library]
}

/** What there is of a plugin. */
export const installedEntries = (name: string, entries: Iterable<Entry>): readonly Entry[] =>
  [...entries].filter(({ id, ns }) => id === `${NAMESPACE}:${name}` || ns === namespaceOf(name))

/** The changes from what there is of a plugin to what there shall be; nothing of the one is left that the other does not have. */
export const changesTo = (there: readonly Entry[], wanted: readonly Entry[]): readonly Operation[] => {
  const known = new Set(there.map(({ id }) => id))
  const kept = new Set(wanted.map(({ id }) => id))
  return [
    ...there.filter(({ id }) => !kept.has(id)).map(({ id }): Operation => ({ kind: 'entry.delete', id })),
    ...wanted.map((entry): Operation => ({ kind: known.has(entry.id) ? 'entry.update' : 'entry.create', entry })),
  ]
}
