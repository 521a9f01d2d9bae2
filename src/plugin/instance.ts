// One instance of a plugin, in the thread it is made in: its memory, its fuel, its exports.
//
//   I1 A call spends at most its fuel, for its own code and for what the host does for it (price.ts); what traps (fuel, memory, a bug of the plugin) ends the instance, and the next call gets a fresh one.
//   I2 All memories and tables of a component together have its limit, however many modules, and instances of each, it is made of.

import { Kind, WippyError } from '../error.ts'
import type { Compiled } from './component.ts'
import { CALL, type Charge } from './price.ts'
import { type Realm, realmOf } from './realm.ts'
import type { ExportedFunction, Signature } from './signature.ts'
import { fromComponent, toComponent } from './value.ts'
import { PluginExit } from './wasi.ts'
import { kebab, type Type } from './wit-type.ts'

export type InstanceLimits = {
  readonly memoryBytes: number
  /** Units for one call, instantiation included. */
  readonly fuel: number
}

type Exports = Readonly<Record<string, unknown>>
type Instantiate = (
  moduleOf: (name: string) => WebAssembly.Module,
  imports: Readonly<Record<string, unknown>>,
  instantiate: (module: WebAssembly.Module, imports?: WebAssembly.Imports) => WebAssembly.Instance,
) => Exports

const PAGE = 65_536
const MOST_INSTANCES = 1000
const LONGEST_MESSAGE = 1000 // characters of an error

const failed = (code: string, kind: Kind, message: string, details?: Record<string, unknown>): WippyError =>
  new WippyError(code, kind, message, { retryable: false, details })

/** What an instance needs of a component. */
type Parts = Pick<Compiled, 'glue' | 'modules' | 'signature'>

export type InstanceOptions = {
  readonly compiled: Parts
  readonly limits: InstanceLimits
  /** The interfaces it may import. */
  readonly world: Readonly<Record<string, unknown>>
  /** Whether a `result` is a table, `{ ok = }` or `{ err = }`, as Wippy has it; else its error is that of the call. */
  readonly tabled?: boolean
  /** Told when what it had open is of no use any more. */
  readonly dropped?: () => void
}

/** Throws PLUGIN_MEMORY when the modules of a component begin with more memory than it may have. */
export const checkMemory = ({ modules }: Pick<Compiled, 'modules'>, { memoryBytes }: InstanceLimits): void => {
  const pages = [...modules.values()].reduce((sum, module) => sum + module.pages, 0)
  if (pages * PAGE > memoryBytes) throw tooLarge(`${(pages * PAGE) / 1024} KiB of memory`, memoryBytes)
}

const tooLarge = (what: string, memoryBytes: number): WippyError =>
  failed('PLUGIN_MEMORY', Kind.RateLimited, `the plugin begins with ${what}; ${Math.floor(memoryBytes / 1024)} KiB are allowed`)

export class PluginInstance {
  readonly #options: InstanceOptions
  readonly #modules: ReadonlyMap<string, WebAssembly.Module>
  readonly #pages: ReadonlyMap<WebAssembly.Module, number>
  readonly #fuel = new WebAssembly.Global({ value: 'i64', mutable: true }, 0n)
  readonly #room = new WebAssembly.Global({ value: 'i32', mutable: true }, 0)
  readonly #realm: Realm
  readonly #instantiate: Instantiate
  readonly #metered = new WeakSet<object>() // functions that modules export
  #memories: WebAssembly.Memory[] = []
  #given = 0
  #exports: Exports | null = null

  /** Throws PLUGIN_MEMORY when the component begins with more memory than it may have. */
  constructor(options: InstanceOptions) {
    const { compiled, limits } = options
    checkMemory(compiled, limits)
    this.#options = options
    const modules = [...compiled.modules].map(([name, { bytes, pages }]) => {
      return { name, module: new WebAssembly.Module(bytes as BufferSource), pages }
    })
    this.#modules = new Map(modules.map(({ name, module }) => [name, module]))
    this.#pages = new Map(modules.map(({ module, pages }) => [module, pages]))
    this.#realm = realmOf(this.#fuel, this.charge)
    this.#instantiate = this.#realm.run(compiled.glue) as Instantiate
  }

  /** Fuel that the last call spent. */
  get spent(): number {
    return this.#given - Number(this.#fuel.value)
  }

  /** Whether it knows what it was told in former calls. */
  get isWhole(): boolean {
    return this.#exports !== null
  }

  /** What its memories hold now, in bytes. */
  get memoryBytes(): number {
    return this.#memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0)
  }

  /** Takes fuel for work that is done for it elsewhere. Throws when that is too much: the call ends with PLUGIN_FUEL. */
  readonly charge: Charge = (units) => {
    this.#fuel.value = (this.#fuel.value as bigint) - BigInt(units)
    if (this.#fuel.value < 0n) throw new Error('out of fuel')
  }

  /** Calls an export with so much fuel, its limit at most. Throws PLUGIN_ARGUMENT, PLUGIN_FAILED (the component's own error), PLUGIN_FUEL, PLUGIN_STACK, PLUGIN_EXIT or PLUGIN_TRAP. */
  call(fn: ExportedFunction, args: readonly unknown[], fuel = this.#options.limits.fuel): unknown {
    const { types } = this.#options.compiled.signature
    const given = fn.parameters.map(({ name, type }, at) => toComponent(args[at], type, types, name))
    this.#given = Math.min(fuel, this.#options.limits.fuel)
    this.#fuel.value = BigInt(this.#given)
    let isWhole = false
    try {
      this.#exports ??= this.#start()
      const callee = fn.path.reduce<unknown>((at, key) => (at as Exports)[key], this.#exports) as (...given: unknown[]) => unknown
      const result = fromComponent(callee(...given), fn.result, types)
      isWhole = true
      return this.#options.tabled && fn.isResult ? tableOf(result, fn.result, types) : result
    } catch (error) {
      const own = this.#errorOf(error)
      isWhole = own.code === 'PLUGIN_FAILED'
      if (isWhole && this.#options.tabled) return { err: own.details?.error ?? true }
      throw own
    } finally {
      if (!isWhole) this.drop()
    }
  }

  #start(): Exports {
    const { world, limits } = this.#options
    this.#room.value = Math.floor(limits.memoryBytes / PAGE)
    let left = MOST_INSTANCES
    return this.#instantiate(
      (name) => this.#modules.get(name)!,
      world,
      (module, imports) => {
        if (left-- === 0) throw tooLarge(`more than ${MOST_INSTANCES} instances of modules`, limits.memoryBytes)
        return this.#instanceOf(module, imports)
      },
    )
  }

  #instanceOf(module: WebAssembly.Module, imports: WebAssembly.Imports | undefined): WebAssembly.Instance {
    const { Instance, Memory } = this.#realm.wasm
    const pages = this.#pages.get(module) ?? 0
    if (pages > this.#room.value) throw tooLarge('more memory in all its instances', this.#options.limits.memoryBytes)
    this.#room.value -= pages
    const instance = new Instance(module, { ...this.#paid(imports), wippy: { fuel: this.#fuel, room: this.#room } })
    for (const value of Object.values(instance.exports)) {
      if (value instanceof Memory && !this.#memories.includes(value)) this.#memories.push(value)
      if (typeof value === 'function') this.#metered.add(value)
    }
    return instance
  }

  /** What it imports, with a price on what is no code of its own: that meters itself. */
  #paid(imports: WebAssembly.Imports = {}): WebAssembly.Imports {
    const paid = (value: WebAssembly.ImportValue): WebAssembly.ImportValue => {
      if (typeof value !== 'function' || this.#metered.has(value)) return value
      return (...args: unknown[]) => {
        this.charge(CALL)
        return value(...args)
      }
    }
    const module = (values: WebAssembly.ModuleImports): WebAssembly.ModuleImports =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, paid(value)]))
    return Object.fromEntries(Object.entries(imports).map(([name, values]) => [name, module(values)]))
  }

  /** The next call begins with a fresh memory. */
  drop(): void {
    this.#exports = null
    this.#memories = []
    this.#options.dropped?.()
  }

  #errorOf(error: unknown): WippyError {
    if (error instanceof WippyError) return error
    if (this.#fuel.value < 0n) return failed('PLUGIN_FUEL', Kind.RateLimited, `the plugin spent its ${this.#given} units of fuel`)
    if (error instanceof PluginExit) return failed('PLUGIN_EXIT', Kind.Internal, 'the plugin ended itself')
    // Errors of another context are no instances of this one's classes.
    const { name, message } = Object(error) as { name?: unknown; message?: unknown }
    if (name === 'RangeError' && String(message).includes('call stack'))
      return failed('PLUGIN_STACK', Kind.RateLimited, 'the plugin overflowed its stack')
    if (Object.hasOwn(Object(error), 'payload')) return ownError((error as { payload: unknown }).payload)
    return failed('PLUGIN_TRAP', Kind.Internal, `the plugin trapped: ${String(message)}`)
  }
}

/** The error that a component returned; a variant's tag, an enum or a text becomes the message. */
const ownError = (payload: unknown): WippyError => {
  const { tag } = Object(payload) as { tag?: unknown }
  const message = typeof payload === 'string' ? payload : typeof tag === 'string' ? tag : 'the plugin failed'
  return failed('PLUGIN_FAILED', Kind.Internal, message.slice(0, LONGEST_MESSAGE), { error: plain(payload) })
}

/** A `result` that went well, as a table. The glue leaves one that has a name of its own in the world as the variant it is. */
const tableOf = (value: unknown, type: Type, types: Signature['types']): unknown => {
  const named = type.is === 'named' ? types[type.name] : type
  if (named?.is !== 'variant' || !('ok' in named.cases && 'err' in named.cases)) return { ok: value ?? true }
  const { tag, val = true } = value as { readonly tag: string; readonly val?: unknown }
  return { [tag]: val }
}

/** What can cross to another thread, with the names that WIT has. */
const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [kebab(key), plain(inner)]))
}
