// `process.supervisor` entries, and children that Lua describes, as the kernel's plans and specifications.
//
//   strategy: one_for_all                     one_for_one unless it says otherwise
//   host: app:processes                       where it and its children run
//   max_restarts: 5                           within: 10s
//   auto_shutdown: any_significant            max_children: 100
//   children:
//     - { id: db, process: app:db, args: [1], restart: transient, shutdown: 10s, significant: true, name: db, host: app:others }
//     - { id: web, process: app:web_tree }    another process.supervisor

import { isDeepStrictEqual } from 'node:util'
import { Kind, WippyError } from '../error.ts'
import {
  AUTO_SHUTDOWNS,
  type ChildSpec,
  checkPlan,
  defaultPlan,
  defaultShutdown,
  type Plan,
  RESTARTS,
  STRATEGIES,
} from '../kernel/child.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, type Fields, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import { parseDuration } from '../registry/units.ts'
import { didYouMean } from '../suggest.ts'
import { HOST_KINDS } from './hosts.ts'
import type { Context } from './service.ts'

/** What a child runs. */
export type ChildProgram = {
  readonly entry: string
  readonly host: string
  readonly args: readonly unknown[]
  /** A name that each of its runs is registered under. */
  readonly name: string | null
  /** Whose it is; null: the supervisor's own. */
  readonly context: Context | null
}

export type TreePlan = Plan<ChildProgram>
export type TreeChild = ChildSpec<ChildProgram>

type Find = (id: string) => Entry | undefined

const MOST = 100_000 // restarts to remember, and children, of one supervisor
const OF_PLAN = ['host', 'strategy', 'max_restarts', 'within', 'auto_shutdown', 'max_children', 'children', 'lifecycle']
const OF_CHILD = ['id', 'process', 'host', 'args', 'name', 'type', 'restart', 'shutdown', 'significant']

/** Reads fields; `refuse` makes the error for one of them. */
class Reader {
  readonly fields: Fields
  readonly #refuse: (key: string, message: string, hint: string) => WippyError

  constructor(fields: Fields, refuse: (key: string, message: string, hint: string) => WippyError) {
    this.fields = fields
    this.#refuse = refuse
  }

  refuse(key: string, message: string, hint: string): WippyError {
    return this.#refuse(key, message, hint)
  }

  known(keys: readonly string[]): void {
    const key = Object.keys(this.fields).find((name) => !keys.includes(name))
    if (key) throw this.refuse(key, `"${key}" means nothing here`, didYouMean(key, keys, `There are ${keys.join(', ')}.`))
  }

  one<T extends string>(key: string, of: readonly T[], fallback: T): T {
    const value = this.fields[key] ?? fallback
    if (of.includes(value as T)) return value as T
    throw this.refuse(key, `${key} is ${String(value)}`, `Write ${of.join(', ')}.`)
  }

  text(key: string, fallback: string | null): string {
    const value = this.fields[key] ?? fallback
    if (typeof value === 'string' && value !== '') return value
    throw this.refuse(key, `${key} is missing`, `Give it ${key}: a text.`)
  }

  count(key: string, least: number, fallback: number): number {
    const value = this.fields[key] ?? fallback
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= MOST) return value
    throw this.refuse(key, `${key} is ${String(value)}`, `Write a whole number from ${least} to ${MOST}.`)
  }

  time(key: string, fallback: number): number {
    try {
      return parseDuration(this.fields[key] ?? fallback)
    } catch (error) {
      const { message, hint = '' } = error as WippyError
      throw this.refuse(key, message, hint)
    }
  }

  flag(key: string): boolean {
    const value = this.fields[key] ?? false
    if (typeof value === 'boolean') return value
    throw this.refuse(key, `${key} is ${String(value)}`, 'Write true or false.')
  }

  list(key: string): readonly unknown[] {
    const value = this.fields[key] ?? []
    if (Array.isArray(value)) return value
    if (isFields(value) && Object.keys(value).length === 0) return [] // an empty table of Lua is both
    throw this.refuse(key, `${key} is no list`, 'Write a list.')
  }
}

/** What is around a child: where it is written, and where it will run unless it says otherwise. */
type Around = { readonly ns: string; readonly host: string; readonly find: Find; readonly context: Context | null }

const shutdownOf = (reader: Reader, type: TreeChild['type']): TreeChild['shutdown'] => {
  const { shutdown } = reader.fields
  if (shutdown === undefined) return defaultShutdown(type)
  if (shutdown === 'brutal_kill') return shutdown
  return shutdown === 'infinity' ? Number.POSITIVE_INFINITY : reader.time('shutdown', 0)
}

const childOf = (reader: Reader, { ns, host, find, context }: Around): TreeChild => {
  reader.known(OF_CHILD)
  const entry = resolveId(reader.text('process', null), ns)
  const kind = find(entry)?.kind
  const actual = kind === 'process.lua' ? 'worker' : kind === 'process.supervisor' ? 'supervisor' : null
  if (actual === null) {
    const message = kind === undefined ? `"${entry}" does not exist` : `"${entry}" is a ${kind}`
    throw reader.refuse('process', message, 'Name a process.lua or process.supervisor entry under process:')
  }
  const type = reader.one('type', ['worker', 'supervisor'], actual)
  if (type !== actual) throw reader.refuse('type', `"${entry}" is a ${kind}, no ${type}`, 'Leave type out, or write what it is.')
  const on = resolveId(reader.text('host', host), ns)
  if (type === 'supervisor' && reader.fields.host !== undefined) {
    throw reader.refuse('host', 'a supervisor runs on the host its own entry names', 'Leave host out.')
  }
  if (!HOST_KINDS.includes(find(on)?.kind ?? ''))
    throw reader.refuse('host', `"${on}" is no host`, `Name a ${HOST_KINDS.join(' or ')} entry.`)
  return {
    id: reader.text('id', null),
    program: {
      entry,
      host: on,
      args: reader.list('args'),
      name: reader.fields.name === undefined ? null : reader.text('name', null),
      context,
    },
    type,
    restart: reader.one('restart', RESTARTS, 'permanent'),
    shutdown: shutdownOf(reader, type),
    significant: reader.flag('significant'),
  }
}

const readerOf = (entry: Entry, path: string, fields: Fields): Reader =>
  new Reader(fields, (key, message, hint) =>
    blame(entry, `${path}.${key}`, {
      code: 'SUPERVISOR_INVALID',
      kind: Kind.Invalid,
      message: `${path}.${key} of "${entry.id}": ${message}`,
      hint,
    }),
  )

/** The host that a supervisor runs on. */
export const hostOf = (entry: Entry): string => resolveId(readerOf(entry, 'data', fieldsOf(entry)).text('host', null), entry.ns)

/** The plan of an entry. Throws SUPERVISOR_INVALID with its place. */
export const planOf = (entry: Entry, find: Find): TreePlan => {
  const reader = readerOf(entry, 'data', fieldsOf(entry))
  reader.known(OF_PLAN)
  const around = { ns: entry.ns, host: hostOf(entry), find, context: null }
  const plan: TreePlan = {
    strategy: reader.one('strategy', STRATEGIES, defaultPlan.strategy),
    maxRestarts: reader.count('max_restarts', 0, defaultPlan.maxRestarts),
    withinMs: reader.time('within', defaultPlan.withinMs),
    autoShutdown: reader.one('auto_shutdown', AUTO_SHUTDOWNS, defaultPlan.autoShutdown),
    maxChildren: reader.count('max_children', 1, defaultPlan.maxChildren),
    children: reader.list('children').map((child, at) => {
      const path = `data.children.${at}`
      if (!isFields(child)) throw readerOf(entry, 'data', {}).refuse(`children.${at}`, 'this is no map', 'Write { id: …, process: … }.')
      return childOf(readerOf(entry, path, child), around)
    }),
  }
  try {
    checkPlan(plan)
  } catch (error) {
    const { message, hint = 'See the rules for children in docs/supervision.md.' } = error as WippyError
    throw reader.refuse('children', message, hint)
  }
  return plan
}

/** A child as Lua describes it, for a supervisor of this entry. Throws SUPERVISOR_INVALID. */
export const requestedChild = (fields: Fields, supervisor: Entry, find: Find, context: Context): TreeChild => {
  const refuse = (key: string, message: string, hint: string): WippyError =>
    new WippyError('SUPERVISOR_INVALID', Kind.Invalid, `${key} of the child: ${message}`, { hint, retryable: false })
  return childOf(new Reader(fields, refuse), { ns: supervisor.ns, host: hostOf(supervisor), find, context })
}

/** One more child of a `simple_one_for_one` supervisor: its pattern, with more arguments. */
export const patterned = ({ children: [pattern] }: TreePlan, args: readonly unknown[]): TreeChild => {
  const { program } = pattern!
  return { ...pattern!, program: { ...program, args: [...program.args, ...args] } }
}

/** Whether a child that runs one of them need not be started again to run the other. */
export const isSameProgram = (a: ChildProgram, b: ChildProgram): boolean => isDeepStrictEqual(a, b)

/** Supervisors that a supervisor starts; throws SUPERVISOR_CYCLE when it is among those below it. */
export const checkCycle = (entry: Entry, find: Find): void => {
  const visit = (id: string, path: readonly string[]): void => {
    const found = find(id)
    if (found?.kind !== 'process.supervisor') return
    if (path.includes(id)) {
      const circle = [...path.slice(path.indexOf(id)), id].join(' → ')
      const message = `supervisors are children of each other: ${circle}`
      throw blame(entry, 'data.children', {
        code: 'SUPERVISOR_CYCLE',
        kind: Kind.Invalid,
        message,
        hint: 'A tree has no circles: take one child out.',
      })
    }
    const { children } = fieldsOf(found)
    for (const child of Array.isArray(children) ? children : []) {
      if (isFields(child) && typeof child.process === 'string') visit(resolveId(child.process, found.ns), [...path, id])
    }
  }
  visit(entry.id, [])
}
