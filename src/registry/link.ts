// Components: the holes a module leaves open (`ns.requirement`) are filled into its entries before anybody sees them.
//
// A hole takes the parameter of an `ns.dependency`, else its default. Both kinds stay in the registry as plain entries.

import { isDeepStrictEqual } from 'node:util'
import { Kind, type WippyError } from '../error.ts'
import { blame } from './blame.ts'
import { type Entry, type Fields, fieldsOf, isFields, parseId, resolveId } from './entry.ts'
import { appendAt, setAt, splitPath } from './path.ts'

export type Linked = {
  readonly entries: readonly Entry[]
  readonly problems: readonly WippyError[]
  /** Mandatory requirements nobody fills. */
  readonly warnings: readonly WippyError[]
}

type Offer = { readonly value: unknown; readonly dependency: Entry; readonly path: string }

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

/** `org/mod` publishes its entries in namespace `org.mod`, or marks them with `meta.module`. */
export const ownsEntry = (component: string, entry: Entry): boolean =>
  entry.ns === component.replace('/', '.') || entry.meta.module === component

const offersFor = (requirement: Entry, dependencies: readonly Entry[]): Offer[] =>
  dependencies.flatMap((dependency) => {
    const component = String(fieldsOf(dependency).component)
    return listOf(fieldsOf(dependency).parameters).flatMap(({ name, value }, at) => {
      const wanted = String(name)
      const { ns, name: bare } = parseId(wanted)
      const theirs = ownsEntry(component, requirement) && bare === requirement.name && (ns === '' || ns === component.replace('/', '.'))
      return theirs || wanted === requirement.id ? [{ value, dependency, path: `data.parameters.${at}` }] : []
    })
  })

const fill = (requirement: Entry, value: unknown, all: Map<string, Entry>, problems: WippyError[]): void => {
  listOf(fieldsOf(requirement).targets).forEach((target, at) => {
    const fail = (message: string, hint: string) =>
      problems.push(
        blame(requirement, `data.targets.${at}`, {
          code: 'REQUIREMENT_TARGET',
          kind: Kind.Invalid,
          message: `"${requirement.id}" ${message}`,
          hint,
        }),
      )
    const id = resolveId(String(target.entry ?? ''), requirement.ns)
    const entry = all.get(id)
    const written = String(target.path ?? '').trim()
    const path = splitPath(written.replace(/\s*\+=$/, ''))
    if (!entry) fail(`fills "${id}", which does not exist`, 'Check "entry:"; without a colon it means this namespace.')
    else if (!path) fail(`fills no field of "${id}"`, 'Write "path: .meta.router", or ".data.modules +=" to add to a list.')
    else if (!written.endsWith('+=')) all.set(id, setAt(entry, path, value))
    else {
      const longer = appendAt(entry, path, value)
      if (longer) all.set(id, longer)
      else fail(`adds to ${path.join('.')} of "${id}", which is not a list`, 'Leave out "+=" to replace the value.')
    }
  })
}

const isRequirement = (entry: Entry): boolean => entry.kind === 'ns.requirement'

/** Whether what this entry says may end up in another. */
export const isLinking = (entry: Entry): boolean => isRequirement(entry) || entry.kind === 'ns.dependency'

/** Ids of the entries that this one may be put into. */
export const targetsOf = (entry: Entry): readonly string[] =>
  isRequirement(entry) ? listOf(fieldsOf(entry).targets).map((target) => resolveId(String(target.entry ?? ''), entry.ns)) : []

const byId = (a: Entry, b: Entry): number => (a.id < b.id ? -1 : 1)

/** Fills every requirement that has a value, in the order of their ids: what several add to one list stands in that order. */
export const link = (entries: readonly Entry[]): Linked => {
  const all = new Map(entries.map((entry) => [entry.id, entry]))
  const dependencies = entries.filter((entry) => entry.kind === 'ns.dependency')
  const problems: WippyError[] = []
  const warnings: WippyError[] = []
  for (const requirement of entries.filter(isRequirement).sort(byId)) {
    const data = fieldsOf(requirement)
    const offers = offersFor(requirement, dependencies)
    const [first] = offers
    const other = offers.find((offer) => !isDeepStrictEqual(offer.value, first!.value))
    if (listOf(data.targets).length === 0) {
      problems.push(
        blame(requirement, '', {
          code: 'REQUIREMENT_TARGET',
          kind: Kind.Invalid,
          message: `"${requirement.id}" has no targets`,
          hint: 'Add "targets:" with entry and path.',
        }),
      )
    } else if (first && other) {
      const values = `${JSON.stringify(first.value)} from "${first.dependency.id}" and ${JSON.stringify(other.value)} from "${other.dependency.id}"`
      const message = `"${requirement.id}" is given two values: ${values}`
      problems.push(
        blame(other.dependency, other.path, {
          code: 'REQUIREMENT_CONFLICT',
          kind: Kind.Conflict,
          message,
          hint: 'Give it the same value in both, or in one only.',
        }),
      )
    } else if (first || data.default !== undefined) {
      fill(requirement, first ? first.value : data.default, all, problems)
    } else {
      const hint = `Set it with "parameters: [{name: ${requirement.name}, value: …}]" in an ns.dependency, or give it a default.`
      warnings.push(
        blame(requirement, '', { code: 'REQUIREMENT_OPEN', kind: Kind.NotFound, message: `"${requirement.id}" has no value`, hint }),
      )
    }
  }
  return { entries: [...all.values()], problems, warnings }
}
