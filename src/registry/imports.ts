// What Lua entries import from each other: every import must exist, and no library may need itself.

import { Kind, place, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { blame } from './blame.ts'
import { builtin } from './builtin.ts'
import { type Entry, fieldsOf, isFields, parseId, resolveId, whereOf } from './entry.ts'
import { cycleIn, groups } from './graph.ts'
import { MODULES } from './module-names.ts'

const isLua = (kind: string): boolean => kind.endsWith('.lua') || kind.endsWith('.lua.bc')

/** What a Lua entry says under imports, as it says it. */
const importedBy = (entry: Entry): readonly [alias: string, reference: string][] => {
  const { imports } = fieldsOf(entry)
  if (!isLua(entry.kind) || !isFields(imports)) return []
  return Object.entries(imports).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
}

/** The module of the runtime that a reference means, as `:registry` or `registry`; null for the id of an entry. */
export const moduleNamed = (reference: string): string | null => {
  if (reference.startsWith(':')) return reference.slice(1)
  return MODULES.has(reference) ? reference : null
}

/** Alias → id of everything a Lua entry imports. Modules of the runtime are not entries and not listed. */
export const importsOf = (entry: Entry): ReadonlyMap<string, string> => {
  const libraries = importedBy(entry).filter(([, reference]) => moduleNamed(reference) === null)
  return new Map(libraries.map(([alias, reference]) => [alias, resolveId(reference, entry.ns)]))
}

/** Name in the code → module of the runtime: what an entry lists under modules, and what it imports. */
export const modulesOf = (entry: Entry): ReadonlyMap<string, string> => {
  const { modules } = fieldsOf(entry)
  const all = new Map<string, string>()
  if (Array.isArray(modules)) for (const name of modules) if (typeof name === 'string') all.set(name, name)
  for (const [alias, reference] of importedBy(entry)) {
    const module = moduleNamed(reference)
    if (module !== null) all.set(alias, module)
  }
  return all
}

/** The component that is to bring a namespace of which nothing is there; null when none is named for it. */
const componentFor = (ns: string, all: ReadonlyMap<string, Entry>): string | null => {
  const others = [...all.values()]
  if (others.some((other) => other.ns === ns)) return null
  const named = others.filter(({ kind }) => kind === 'ns.dependency').map((other) => String(fieldsOf(other).component))
  return named.find((component) => `${ns}.`.startsWith(`${component.replace('/', '.')}.`)) ?? null
}

/** `said` are the components whose absence somebody was told of: what else misses them is said in one line. */
const missing = (entry: Entry, alias: string, all: ReadonlyMap<string, Entry>, said: Set<string>): WippyError => {
  const id = importsOf(entry).get(alias)!
  const path = `data.imports.${alias}`
  const message = `"${entry.id}" imports "${id}", which does not exist`
  const component = componentFor(parseId(id).ns, all)
  if (component !== null && said.has(component))
    return new WippyError('IMPORT_MISSING', Kind.NotFound, message, { where: whereOf(entry, path) })
  if (component !== null) said.add(component)
  const hint =
    component === null
      ? didYouMean(id, all.keys(), 'Check the spelling, or add a library.lua entry of that name.')
      : `Nothing of ${component} is here: put its sources into a directory, and name that under "replacements".`
  return blame(entry, path, { code: 'IMPORT_MISSING', kind: Kind.NotFound, message, hint })
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
  const said = new Set<string>()
  for (const entry of all.values()) {
    for (const [alias, id] of importsOf(entry)) {
      const target = all.get(id) ?? builtin(id)
      if (!target) {
        problems.push(missing(entry, alias, all, said))
      } else if (!isLua(target.kind)) {
        const message = `"${entry.id}" imports "${id}", which is a ${target.kind} and no Lua code`
        problems.push(
          blame(entry, `data.imports.${alias}`, {
            code: 'IMPORT_NOT_LUA',
            kind: Kind.Invalid,
            message,
            hint: 'Import a library.lua entry.',
          }),
        )
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
