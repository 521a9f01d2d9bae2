// Environment variables: named by `env.variable`, kept in `env.storage.*`, read and set from Lua.
//
// V1 Only declared variables can be seen: an env.storage.os opens nothing that no env.variable names.
// V2 Which variables there are follows from a state of the registry alone; who prepares a change can look into the state it would make.
// V3 A variable is guarded under one name: its public one, or its id when it has none, whichever way it is asked for. Several entries may
//    declare one public name, an app's and a module's, when they keep it in one storage: then they mean the same variable.

import { Kind, WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, parseId, resolveId } from '../registry/entry.ts'
import type { Lookup } from '../registry/interpolate.ts'
import type { Handler } from '../registry/kinds.ts'
import { type EnvStorage, makeStorage } from './env-storage.ts'
import type { Permits } from './permit.ts'
import type { Call, Service } from './service.ts'

const MAX_VALUE = 65_536 // characters

type Variable = {
  /** The public name, or the id: under which storages keep it and guards know it. */
  readonly key: string
  readonly isPublic: boolean
  readonly storage: string
  readonly fallback: string
  readonly readOnly: boolean
}

const invalid = (entry: Entry, field: string, message: string, hint: string): WippyError =>
  blame(entry, `data.${field}`, { code: 'ENV_VARIABLE_INVALID', kind: Kind.Invalid, message, hint })

const toVariable = (entry: Entry): Variable => {
  const { variable, storage, default: fallback, readonly, read_only } = fieldsOf(entry)
  if (variable !== undefined && (typeof variable !== 'string' || !/^[^\s=#]*$/.test(variable))) {
    throw invalid(entry, 'variable', 'the name of a variable is one word without = and #', 'For example: variable: API_KEY')
  }
  if (typeof storage !== 'string' || storage === '')
    throw invalid(entry, 'storage', 'a variable needs a storage', 'Name an env.storage.* entry.')
  return {
    key: variable || entry.id,
    isPublic: Boolean(variable),
    storage: resolveId(storage, entry.ns),
    fallback: fallback === undefined || fallback === null ? '' : String(fallback),
    readOnly: readonly === true || read_only === true,
  }
}

/** The variables of one state. By its name the first of two is found; `check` refuses a second that is another variable. */
class Variables {
  readonly byId = new Map<string, Variable>()
  readonly byName = new Map<string, string>() // public name → id

  constructor(state: State) {
    for (const entry of state.values()) {
      if (entry.kind !== 'env.variable') continue
      try {
        const variable = toVariable(entry)
        this.byId.set(entry.id, variable)
        if (variable.isPublic && !this.byName.has(variable.key)) this.byName.set(variable.key, entry.id)
      } catch {
        // a broken variable was refused when it came; it is none
      }
    }
  }

  /** By public name, by id, or by the name of an entry in namespace `ns`. */
  find(name: string, ns: string): Variable | undefined {
    return this.byId.get(this.byName.get(name) ?? resolveId(name, ns))
  }
}

export type EnvironmentOptions = { readonly root: string; readonly os: Readonly<Record<string, string | undefined>> }

export class Environment {
  readonly #options: EnvironmentOptions
  readonly #storages = new Map<string, { readonly entry: Entry; readonly storage: EnvStorage }>()
  readonly #known = new WeakMap<State, Variables>()
  #state: State = new Map()

  constructor(options: EnvironmentOptions) {
    this.#options = options
  }

  /** For `interpolate`: variables as the given state has them; the current one when not given. */
  lookup(state: State = this.#state): Lookup {
    return (name) => {
      const variable = this.#variables(state).find(name, '')
      return variable && this.#read(variable, state)
    }
  }

  /** The variable a process means. Throws ENV_NOT_FOUND. */
  need(name: string, ns: string): Variable {
    const variable = this.#variables(this.#state).find(name, ns)
    if (variable) return variable
    const hint = 'Declare it as an env.variable.'
    throw new WippyError('ENV_NOT_FOUND', Kind.NotFound, `environment variable "${name}" is not declared`, { hint, retryable: false })
  }

  /** Its value: stored and not empty, or the default. Throws ENV_NOT_SET. */
  get(variable: Variable): string {
    const value = this.#read(variable, this.#state)
    if (value !== undefined) return value
    throw new WippyError('ENV_NOT_SET', Kind.NotFound, `environment variable "${variable.key}" is not set`, { retryable: false })
  }

  /** Throws ENV_READ_ONLY, or what the storage throws. */
  set(variable: Variable, value: string): void {
    if (variable.readOnly) {
      throw new WippyError('ENV_READ_ONLY', Kind.PermissionDenied, `environment variable "${variable.key}" is read-only`, {
        retryable: false,
      })
    }
    const storage = this.#storage(variable.storage, this.#state)
    if (!storage) throw new WippyError('ENV_NO_STORAGE', Kind.Unavailable, `storage "${variable.storage}" of "${variable.key}" is gone`)
    storage.set(variable.key, value)
  }

  /** The public variables that have a value. */
  *all(): Iterable<readonly [string, string]> {
    const variables = this.#variables(this.#state)
    for (const id of variables.byName.values()) {
      const variable = variables.byId.get(id)!
      const value = this.#read(variable, this.#state)
      if (value !== undefined) yield [variable.key, value]
    }
  }

  /** Keeps step with the registry. */
  handler(): Handler {
    return {
      kinds: ['env.storage.*', 'env.variable'],
      prepare: ({ kind, entry }, after) => {
        if (kind === 'entry.delete') return
        if (entry.kind === 'env.variable') this.#check(entry, after, kind === 'entry.update')
        else makeStorage(entry, { ...this.#options, find: () => undefined })
      },
      commit: ({ kind, entry }, after) => {
        this.#state = after
        if (kind === 'entry.delete') this.#storages.delete(entry.id)
      },
    }
  }

  #check(entry: Entry, after: State, isUpdate: boolean): void {
    const variable = toVariable(entry)
    if (!after.get(variable.storage)?.kind.startsWith('env.storage.')) {
      throw invalid(entry, 'storage', `there is no storage "${variable.storage}"`, 'Name an env.storage.* entry.')
    }
    const { byName, byId } = this.#variables(after)
    if (!variable.isPublic || (byName.get(variable.key) === entry.id && !isUpdate)) return // the first of its name, in what the node begins with
    for (const [other, { key, isPublic, storage }] of byId) {
      if (other === entry.id || !isPublic || key !== variable.key || storage === variable.storage) continue
      const message = `"${other}" is called ${key} already, and kept in "${storage}"`
      const hint = 'Choose another name, or the same storage: then both mean one variable.'
      throw blame(entry, 'data.variable', { code: 'ENV_NAME_TAKEN', kind: Kind.AlreadyExists, message, hint })
    }
  }

  #variables(state: State): Variables {
    const known = this.#known.get(state) ?? new Variables(state)
    this.#known.set(state, known)
    return known
  }

  #read(variable: Variable, state: State): string | undefined {
    return this.#storage(variable.storage, state)?.get(variable.key) || variable.fallback || undefined
  }

  /**
   * A storage is made when it is first needed, and again when its entry has changed; what is in memory outlives that.
   * For a state that is not current nothing is kept: it may never come to be.
   */
  #storage(id: string, state: State): EnvStorage | undefined {
    const entry = state.get(id)
    const made = this.#storages.get(id)
    if (!entry || made?.entry === entry) return entry && made?.storage
    const current = state === this.#state
    const find = (member: string) => this.#storage(member, current ? this.#state : state)
    const keeps = made?.entry.kind === 'env.storage.memory' && entry.kind === 'env.storage.memory'
    const storage = keeps ? made.storage : makeStorage(entry, { ...this.#options, find })
    if (current) this.#storages.set(id, { entry, storage })
    return storage
  }
}

export const envService = (environment: Environment, permits: Permits): Service => {
  const variable = (call: Call, action: string): Variable => {
    const { caller, target } = call
    if (target === '') throw new WippyError('ENV_ARGUMENT', Kind.Invalid, 'the name of a variable is empty', { retryable: false })
    const found = environment.need(target, parseId(caller.entry).ns)
    permits.need(caller, { action, resource: found.key })
    return found
  }

  const set = async (call: Call): Promise<readonly unknown[]> => {
    const [value] = call.args
    if (typeof value !== 'string' || value.length > MAX_VALUE || value.includes('\0')) {
      throw new WippyError('ENV_ARGUMENT', Kind.Invalid, `a value is text of at most ${MAX_VALUE} characters`, { retryable: false })
    }
    const found = variable(call, 'env.set')
    await permits.recorded()
    environment.set(found, value)
    return [true]
  }

  return {
    name: 'env',
    operations: {
      'env.get': (call) => [environment.get(variable(call, 'env.get'))],
      'env.set': set,
      'env.all': ({ caller }) => [new Map([...environment.all()].filter(([name]) => permits.permit(caller, 'env.get', name)))],
    },
  }
}
