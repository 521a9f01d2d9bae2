// One instance of a plugin, in the thread it is made in: its memory, its fuel, its exports.
//
//   I1 A call spends at most its fuel; what traps (fuel, memory, a bug of the plugin) ends the instance, and the next call gets a fresh one.
//   I2 The glue runs in a context without Node: it has WebAssembly, text coding and what it is given.

import { createContext, Script } from 'node:vm'
import { Kind, WippyError } from '../error.ts'
import type { Compiled } from './component.ts'
import type { ExportedFunction } from './signature.ts'
import { fromComponent, toComponent } from './value.ts'
import { PluginExit } from './wasi.ts'

export type InstanceLimits = {
  readonly memoryBytes: number
  /** Units for one call, instantiation included. */
  readonly fuel: number
}

type Exports = Readonly<Record<string, unknown>>
type Instantiate = (
  moduleOf: (name: string) => WebAssembly.Module,
  imports: Readonly<Record<string, unknown>>,
  instantiate: (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance,
) => Exports

const PAGE = 65_536

const failed = (code: string, kind: Kind, message: string, details?: Record<string, unknown>): WippyError =>
  new WippyError(code, kind, message, { retryable: false, details })

/** Throws PLUGIN_MEMORY when a component begins with more memory than it may have. */
export const checkMemory = ({ pages }: Pick<Compiled, 'pages'>, { memoryBytes }: InstanceLimits): void => {
  if (pages * PAGE <= memoryBytes) return
  const kib = (bytes: number): number => Math.floor(bytes / 1024)
  throw failed(
    'PLUGIN_MEMORY',
    Kind.RateLimited,
    `the plugin begins with ${kib(pages * PAGE)} KiB of memory; ${kib(memoryBytes)} are allowed`,
  )
}

export class PluginInstance {
  readonly #compiled: Pick<Compiled, 'glue' | 'modules' | 'pages' | 'signature'>
  readonly #limits: InstanceLimits
  readonly #world: Readonly<Record<string, unknown>>
  readonly #modules: ReadonlyMap<string, WebAssembly.Module>
  readonly #fuel = new WebAssembly.Global({ value: 'i64', mutable: true }, 0n)
  readonly #pages: WebAssembly.Global
  readonly #instantiate: Instantiate
  #memories: WebAssembly.Memory[] = []
  #given = 0
  #exports: Exports | null = null

  /** Throws PLUGIN_MEMORY when the component begins with more memory than it may have. */
  constructor(
    compiled: Pick<Compiled, 'glue' | 'modules' | 'pages' | 'signature'>,
    limits: InstanceLimits,
    world: Readonly<Record<string, unknown>>,
  ) {
    checkMemory(compiled, limits)
    this.#compiled = compiled
    this.#limits = limits
    this.#world = world
    this.#pages = new WebAssembly.Global({ value: 'i32' }, Math.floor(limits.memoryBytes / PAGE))
    this.#modules = new Map([...compiled.modules].map(([name, bytes]) => [name, new WebAssembly.Module(bytes as BufferSource)]))
    const context = createContext({ WebAssembly, TextDecoder, TextEncoder }, { codeGeneration: { strings: false, wasm: true } })
    this.#instantiate = new Script(compiled.glue, { filename: 'plugin-glue.js' }).runInContext(context) as Instantiate
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

  /** Counts work that is done for it elsewhere; the plugin ends at its next turn when that was too much. */
  spend(fuel: number): void {
    this.#fuel.value = (this.#fuel.value as bigint) - BigInt(fuel)
  }

  /** Calls an export with so much fuel, its limit at most. Throws PLUGIN_ARGUMENT, PLUGIN_FAILED (the component's own error), PLUGIN_FUEL, PLUGIN_STACK, PLUGIN_EXIT or PLUGIN_TRAP. */
  call(fn: ExportedFunction, args: readonly unknown[], fuel = this.#limits.fuel): unknown {
    const { types } = this.#compiled.signature
    const given = fn.parameters.map(({ name, type }, at) => toComponent(args[at], type, types, name))
    this.#given = Math.min(fuel, this.#limits.fuel)
    this.#fuel.value = BigInt(this.#given)
    let isWhole = false
    try {
      this.#exports ??= this.#start()
      const callee = fn.path.reduce<unknown>((at, key) => (at as Exports)[key], this.#exports) as (...given: unknown[]) => unknown
      const result = fromComponent(callee(...given), fn.result, types)
      isWhole = true
      return result
    } catch (error) {
      const own = this.#errorOf(error)
      isWhole = own.code === 'PLUGIN_FAILED'
      throw own
    } finally {
      if (!isWhole) this.drop()
    }
  }

  #start(): Exports {
    return this.#instantiate(
      (name) => this.#modules.get(name)!,
      this.#world,
      (module, imports) => {
        const instance = new WebAssembly.Instance(module, { ...imports, wippy: { fuel: this.#fuel, pages: this.#pages } })
        for (const value of Object.values(instance.exports)) {
          if (value instanceof WebAssembly.Memory && !this.#memories.includes(value)) this.#memories.push(value)
        }
        return instance
      },
    )
  }

  /** The next call begins with a fresh memory. */
  drop(): void {
    this.#exports = null
    this.#memories = []
  }

  #errorOf(error: unknown): WippyError {
    if (this.#fuel.value < 0n) return failed('PLUGIN_FUEL', Kind.RateLimited, `the plugin spent its ${this.#given} units of fuel`)
    if (error instanceof PluginExit) return failed('PLUGIN_EXIT', Kind.Internal, 'the plugin ended itself')
    // Errors of another context are no instances of this one's classes.
    const { name, message, payload } = Object(error) as { name?: unknown; message?: unknown; payload?: unknown }
    if (name === 'RangeError' && String(message).includes('call stack'))
      return failed('PLUGIN_STACK', Kind.RateLimited, 'the plugin overflowed its stack')
    if (payload !== undefined) return ownError(payload)
    return failed('PLUGIN_TRAP', Kind.Internal, `the plugin trapped: ${String(message)}`)
  }
}

/** The error that a component returned; a variant's tag, an enum or a text becomes the message. */
const ownError = (payload: unknown): WippyError => {
  const { tag } = Object(payload) as { tag?: unknown }
  const message = typeof payload === 'string' ? payload : typeof tag === 'string' ? tag : 'the plugin failed'
  return failed('PLUGIN_FAILED', Kind.Internal, message, { error: plain(payload) })
}

/** What can cross to another thread. */
const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
