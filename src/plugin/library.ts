// Components on disk: the bytes of those that were installed, and what each was compiled to, by hash. Compiling takes a second; loading does not.
//
//   L1 What is read has the hash it is asked by, else it counts as missing: bytes that rotted are never run.
//   L2 A compiled form belongs to one version of the compiler; with another one the component is compiled again.
//   L3 Components stay when their plugin is removed: going back to a version that had it needs them.
//   L4 Where the state is another process's, or cannot be written, components are read if they are there, and compiled when they are needed.
//   L5 In memory is what somebody uses: a component that was exchanged takes no room.

import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { Kind, WippyError } from '../error.ts'
import type { Environment } from '../lmdb/environment.ts'
import type { StateFolder } from '../lmdb/state-folder.ts'
import type { Table } from '../lmdb/table.ts'
import { Compiler } from './compiler.ts'
import type { Compiled } from './component.ts'

const COMPILER = 4 // to be raised whenever compiling gives something else
const SHA_BYTES = 32

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

type TableName = 'plugin.components' | 'plugin.compiled'

export class Library {
  readonly #folder: StateFolder
  readonly #compiler: Compiler
  readonly #used = new Map<string, WeakRef<Compiled>>()
  readonly #under = new Map<string, Promise<Compiled>>() // being compiled
  #state: Promise<Environment | null> | null = null

  constructor(folder: StateFolder, compiler = new Compiler()) {
    this.#folder = folder
    this.#compiler = compiler
  }

  /** A module, or the text of one, as a component that exports what `wit` says. Throws PLUGIN_MALFORMED. */
  wrap(module: Uint8Array | string, wit: string): Promise<Uint8Array> {
    return this.#compiler.wrap(module, wit)
  }

  /** The compiled form of a component. Throws as `compileComponent`. */
  compile(bytes: Uint8Array): Promise<Compiled> {
    const hash = sha256(bytes).toString('hex')
    const known = this.#used.get(hash)?.deref()
    if (known) return Promise.resolve(known)
    const under = this.#under.get(hash)
    if (under) return under
    const work = this.#cached(hash, bytes)
      .then((compiled) => this.#use(hash, compiled))
      .finally(() => this.#under.delete(hash))
    this.#under.set(hash, work)
    return work
  }

  /** Checks, compiles and keeps a component; it is on disk when the promise resolves. Throws as `compileComponent`, and as a write of the state. */
  async install(bytes: Uint8Array): Promise<Compiled> {
    const compiled = await this.compile(bytes)
    const state = await this.#folder.owned()
    await state.write((batch) => batch.put(tableOf(state, 'plugin.components'), compiled.hash, bytes))
    return compiled
  }

  /** The compiled form of a component that was installed. Throws PLUGIN_NOT_INSTALLED. */
  async installed(hash: string): Promise<Compiled> {
    const bytes = await this.#kept('plugin.components', hash)
    if (bytes && sha256(bytes).toString('hex') === hash) return this.compile(bytes)
    throw new WippyError('PLUGIN_NOT_INSTALLED', Kind.NotFound, `no component with the hash ${hash.slice(0, 12)}… is installed here`, {
      retryable: false,
      hint: 'Install it: wippy plugin install FILE.',
    })
  }

  #use(hash: string, compiled: Compiled): Compiled {
    for (const [one, kept] of this.#used) if (kept.deref() === undefined) this.#used.delete(one)
    this.#used.set(hash, new WeakRef(compiled))
    return compiled
  }

  async #cached(hash: string, bytes: Uint8Array): Promise<Compiled> {
    const kept = await this.#kept('plugin.compiled', hash)
    const known = kept && unpack(kept)
    if (known) return known
    const compiled = await this.#compiler.compile(bytes)
    const state = await this.#readable()
    if (state && !state.readOnly) await state.write((batch) => batch.put(tableOf(state, 'plugin.compiled'), hash, pack(compiled)))
    return compiled
  }

  async #kept(table: TableName, hash: string): Promise<Uint8Array | undefined> {
    const state = await this.#readable()
    return state ? tableOf(state, table).get(hash) : undefined
  }

  #readable(): Promise<Environment | null> {
    this.#state ??= this.#folder.owned().catch(() => this.#folder.existing().catch(() => null))
    return this.#state
  }
}

const tableOf = (state: Environment, name: TableName): Table<string> => state.table<string>(name)

const pack = (compiled: Compiled): Uint8Array => {
  const body = serialize([COMPILER, compiled])
  return Buffer.concat([sha256(body), body])
}

/** Null for what another compiler made, or what is not as it was written. */
const unpack = (bytes: Uint8Array): Compiled | null => {
  const body = bytes.subarray(SHA_BYTES)
  if (!sha256(body).equals(bytes.subarray(0, SHA_BYTES))) return null
  const [compiler, compiled] = deserialize(body) as [number, Compiled]
  return compiler === COMPILER ? compiled : null
}
