// What Lua entries import from each other: every import must exist, and no library may need itself.

import { Kind, place, WippyError } from '../error.ts'
import { blame } from './blame.ts'
import { type Entry, fieldsOf, isFields, parseId, resolveId, whereOf } from './entry.ts'
import { cycleIn, groups } from './graph.ts'
import { didYouMean } from './suggest.ts'

const isLua = (kind: string): boolean => kind.endsWith('.lua') || kind.endsWith('.lua.bc')

/** Alias → id of everything a Lua entry imports. Built-in modules (`:registry`) are not entries and not listed. */
export const importsOf = (entry: Entry): ReadonlyMap<string, string> => {
  const { imports } = fieldsOf(entry)
  if (!isLua(entry.kind) || !isFields(imports)) return new Map()
  const named = Object.entries(imports).filter((pair): pair is [string, string] => typeof pair[1] === 'string' && !pair[1].startsWith(':'))
  return new Map(named.map(([alias, reference]) => [alias, resolveId(reference, entry.ns)]))
}

const missing = (entry: Entry, alias: string, id: string, all: ReadonlyMap<string, Entry>): WippyError => {
  const { ns } = parseId(id)
  const others = [...all.values()]
  const components = others.filter((other) => other.kind === 'ns.dependency').map((other) => fieldsOf(other).component)
  const hint =
    components.length > 0 && !others.some((other) => other.ns === ns)
      ? `Nothing here is in namespace "${ns}": install the component it belongs to (${components.join(', ')}), for example as a replacement.`
      : didYouMean(id, all.keys(), 'Check the spelling, or add a library.lua entry of that name.')
  return blame(entry, `data.imports.${alias}`, 'IMPORT_MISSING', Kind.NotFound, `"${entry.id}" imports "${id}", which does not exist`, hint)
}

const cyclic = (cycle: readonly Entry[]): WippyError => {
  const links = cycle.map((entry, at) => {
    const needed = cycle[(at + 1) % cycle.length]!.id
    const alias = [...importsOf(entry)].find(([, id]) => id === needed)?.[0]
    return { entry, needed, where: whereOf(entry, `data.imports.${alias}`) }
  })
  const ids = cycle.map(({ id }) => id)
  return new WippyError('IMPORT_CYCLE', Kind.Invalid, `libraries import each other in a circle: ${[...ids, ids[0]].join(' → ')}`, {
    where: links[0]!.where,
    frame: links.map(({ needed, where }) => `  ${place(where)} imports ${needed}`).join('\n'),
    details: { cycle: ids },
    hint: 'Move what both need into a library of its own.',
  })
}

/** Missing imports, imports of what is not Lua, and import cycles. */
export const checkImports = (entries: Iterable<Entry>): WippyError[] => {
  const all = new Map([...entries].map((entry) => [entry.id, entry]))
  const problems: WippyError[] = []
  for (const entry of all.values()) {
    for (const [alias, id] of importsOf(entry)) {
      const target = all.get(id)
      if (!target) {
        problems.push(missing(entry, alias, id, all))
      } else if (!isLua(target.kind)) {
        const message = `"${entry.id}" imports "${id}", which is a ${target.kind} and no Lua code`
        problems.push(blame(entry, `data.imports.${alias}`, 'IMPORT_NOT_LUA', Kind.Invalid, message, 'Import a library.lua entry.'))
      }
    }
  }
  const needs = (entry: Entry) => [...importsOf(entry).values()].flatMap((id) => all.get(id) ?? [])
  for (const group of groups(all.values(), needs)) {
    const cycle = cycleIn(group, needs)
    if (cycle.length > 0) problems.push(cyclic(cycle))
  }
  return problems
}
