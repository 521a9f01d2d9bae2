// `contract.definition` and `contract.binding`, and the host half of `contract`: a call of a method is a call of the function bound to it.
//
//   C1 A binding names a function for every method of every contract it implements; one that does not is refused with its place.
//   C2 A contract has at most one default binding.
//   C3 Which function a method means is looked up when it is called: an instance follows changes of its binding.

import { Kind, WippyError } from '../error.ts'
import { decodeAll, split } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Permits } from './permit.ts'
import type { Call, Caller, Operation, Service } from './service.ts'

type Bound = {
  readonly contract: string
  readonly isDefault: boolean
  readonly methods: ReadonlyMap<string, string>
  readonly required: readonly string[]
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [])
const maps = (value: unknown) => (Array.isArray(value) ? value.filter(isFields) : [])

const methodsOf = (contract: Entry) => maps(fieldsOf(contract).methods)

const boundOf = (binding: Entry): Bound[] =>
  maps(fieldsOf(binding).contracts).map(({ contract, default: isDefault, methods, context_required }) => ({
    contract: resolveId(String(contract ?? ''), binding.ns),
    isDefault: isDefault === true,
    methods: new Map(
      Object.entries(isFields(methods) ? methods : {}).map(([name, id]) => [name, resolveId(String(id), binding.ns)] as const),
    ),
    required: texts(context_required),
  }))

const missing = (what: string, id: string): WippyError =>
  new WippyError('CONTRACT_NOT_FOUND', Kind.NotFound, `contract ${what} '${id}' not found`, { retryable: false })

export type ContractsOptions = {
  readonly permits: Permits
  /** Calls a function, as `funcs.call` does. */
  readonly call: Operation
}

export class Contracts {
  readonly #permits: Permits
  readonly #call: Operation
  readonly #definitions = new Map<string, Entry>()
  readonly #bindings = new Map<string, Entry>()
  readonly #coming = new Map<string, Entry>() // bindings that were prepared with the change under way

  constructor({ permits, call }: ContractsOptions) {
    this.#permits = permits
    this.#call = call
  }

  readonly handler: Handler = {
    kinds: ['contract.definition', 'contract.binding'],
    prepare: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return
      if (entry.kind === 'contract.definition') return this.#checkDefinition(entry)
      this.#checkBinding(entry, after)
      this.#coming.set(entry.id, entry)
    },
    discard: ({ entry }) => void this.#coming.delete(entry.id),
    commit: ({ kind, entry }) => {
      this.#coming.delete(entry.id)
      const known = entry.kind === 'contract.definition' ? this.#definitions : this.#bindings
      if (kind === 'entry.delete') known.delete(entry.id)
      else known.set(entry.id, entry)
    },
  }

  readonly service: Service = {
    name: 'contract',
    operations: {
      'contract.get': ({ target }) => {
        const { id } = this.#definition(target)
        return [{ id, methods: methodsOf(this.#definition(target)) }]
      },
      'contract.implementations': ({ target }) => [this.#implementations(target)],
      'contract.open': (call) => this.#open(call),
      'contract.call': (call) => this.#forward(call),
    },
  }

  #definition(id: string): Entry {
    const entry = this.#definitions.get(id)
    if (entry) return entry
    throw missing('definition', id)
  }

  #binding(id: string): Entry {
    const entry = this.#bindings.get(id)
    if (entry) return entry
    throw missing('binding', id)
  }

  #implementations(contract: string): string[] {
    return [...this.#bindings.values()]
      .filter((binding) => boundOf(binding).some((bound) => bound.contract === contract))
      .map(({ id }) => id)
  }

  #default(contract: string, bindings: Iterable<Entry> = this.#bindings.values()): Entry | undefined {
    for (const binding of bindings) if (boundOf(binding).some((bound) => bound.contract === contract && bound.isDefault)) return binding
    return undefined
  }

  #open({ caller, target, args }: Call): readonly unknown[] {
    const [wanted, context, special] = args
    const contract = typeof wanted === 'string' ? this.#definition(wanted) : null
    const binding = target === '' && contract ? this.#default(contract.id) : this.#binding(target)
    if (binding === undefined) {
      throw new WippyError('CONTRACT_NO_DEFAULT', Kind.NotFound, `no default binding for contract '${wanted}'`, { retryable: false })
    }
    const { context: hasContext, security: hasSecurity } = isFields(special) ? special : {}
    if (target === '') this.#demand(caller, 'contract.open', binding.id)
    if (hasContext) this.#demand(caller, 'contract.context', binding.id)
    if (hasSecurity) this.#demand(caller, 'contract.security', binding.id)
    const all = boundOf(binding)
    const given = isFields(context) ? context : {}
    const absent = all
      .flatMap(({ required }) => required)
      .filter((key) => given[key] === undefined && caller.context.values[key] === undefined)
    if (absent.length > 0) {
      const message = `missing required context keys: [${absent.join(', ')}]`
      throw new WippyError('CONTRACT_CONTEXT', Kind.Invalid, message, { retryable: false, details: { keys: absent } })
    }
    return [{ id: binding.id, contracts: all.map((bound) => bound.contract), methods: all.flatMap(({ methods }) => [...methods.keys()]) }]
  }

  #forward(call: Call): ReturnType<Operation> {
    const [options] = split(call.raw, 1).head
    const id = isFields(options) ? String(options.binding) : ''
    const target = boundOf(this.#binding(id))
      .map(({ methods }) => methods.get(call.target))
      .find((bound) => bound !== undefined)
    if (target === undefined) {
      const message = `method '${call.target}' not bound by '${id}'`
      throw new WippyError('CONTRACT_NOT_BOUND', Kind.NotFound, message, { retryable: false })
    }
    const { caller, op, tag, raw, key, attempt } = call
    return this.#call({ caller, op, tag, raw, key, attempt, target, args: decodeAll(raw) })
  }

  #demand(caller: Caller, action: string, resource: string): void {
    this.#permits.need(caller, { action, resource })
  }

  #checkDefinition(entry: Entry): void {
    const names = new Set<unknown>()
    const { methods } = fieldsOf(entry)
    const written = Array.isArray(methods) ? methods : []
    for (const [at, method] of written.entries()) {
      const name = isFields(method) ? method.name : undefined
      const isName = typeof name === 'string' && name !== ''
      if (isName && !names.has(name)) names.add(name)
      else {
        const message = isName ? `"${entry.id}" has two methods called ${name}` : `a method of "${entry.id}" has no name`
        throw blame(entry, `data.methods.${at}`, {
          code: 'CONTRACT_INVALID',
          kind: Kind.Invalid,
          message,
          hint: 'Give each method a name of its own.',
        })
      }
    }
  }

  /** The other bindings, as they will be. */
  #besides({ id }: Entry, after: State): Entry[] {
    const others = new Set([...this.#bindings.keys(), ...this.#coming.keys()])
    others.delete(id)
    return [...others].flatMap((other) => after.get(other) ?? []).filter(({ kind }) => kind === 'contract.binding')
  }

  #checkBinding(entry: Entry, after: State): void {
    const all = boundOf(entry)
    const refuse = (at: number, field: string, message: string, hint: string): WippyError =>
      blame(entry, `data.contracts.${at}.${field}`, { code: 'CONTRACT_INVALID', kind: Kind.Invalid, message, hint })
    if (all.length === 0) {
      throw blame(entry, 'data.contracts', {
        code: 'CONTRACT_INVALID',
        kind: Kind.Invalid,
        message: `"${entry.id}" implements nothing`,
        hint: 'List contracts: [{ contract, methods }].',
      })
    }
    for (const [at, { contract, isDefault, methods }] of all.entries()) {
      const definition = after.get(contract)
      if (definition?.kind !== 'contract.definition') {
        throw refuse(at, 'contract', `"${entry.id}" implements "${contract}", which is no contract`, 'Name a contract.definition entry.')
      }
      const names = methodsOf(definition).map(({ name }) => String(name))
      const absent = names.find((name) => !methods.has(name))
      if (absent !== undefined)
        throw refuse(at, 'methods', `"${entry.id}" has no function for ${absent} of "${contract}"`, 'Bind every method.')
      for (const [name, id] of methods) {
        if (!names.includes(name)) throw refuse(at, `methods.${name}`, `"${contract}" has no method ${name}`, `It has ${names.join(', ')}.`)
        if (!after.get(id))
          throw refuse(at, `methods.${name}`, `"${entry.id}" binds ${name} to "${id}", which does not exist`, 'Name a function.')
      }
      const other = isDefault ? this.#default(contract, this.#besides(entry, after)) : undefined
      if (other) {
        throw refuse(at, 'default', `"${other.id}" is the default of "${contract}" already`, 'Leave default: true to one binding.')
      }
    }
  }
}
