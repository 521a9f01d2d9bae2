// Where environment variables live: one class per kind `env.storage.*`.
//
// A storage knows names and text. What a name means, its default and whether it may be set is the variable's business (env.ts).

import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import { EnvFile } from './env-file.ts'
import { liesIn } from './held-directory.ts'

export type EnvStorage = {
  /** undefined when it has no such name. */
  get(name: string): string | undefined
  /** Throws ENV_READ_ONLY where nothing can be written. */
  set(name: string, value: string): void
}

export type StorageSurroundings = {
  /** Absolute directory that file paths start from when the entry does not bring its own. */
  readonly root: string
  /** The variables of the operating system. */
  readonly os: Readonly<Record<string, string | undefined>>
  find(id: string): EnvStorage | undefined
}

const readOnly = (what: string): WippyError =>
  new WippyError('ENV_READ_ONLY', Kind.PermissionDenied, `${what} cannot be written`, { retryable: false })

class MemoryStorage implements EnvStorage {
  readonly #values = new Map<string, string>()

  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  set(name: string, value: string): void {
    this.#values.set(name, value)
  }
}

/** The operating system's variables, and those an entry gives itself. */
class FixedStorage implements EnvStorage {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  get(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    return value === undefined || value === null ? undefined : String(value)
  }

  set(name: string): void {
    throw readOnly(`"${name}"`)
  }
}

/** Asks storages in order; writes to the first. A router that is asked while it asks (a circle) has nothing. */
class RouterStorage implements EnvStorage {
  readonly #members: () => EnvStorage[]
  #asking = false

  constructor(members: () => EnvStorage[]) {
    this.#members = members
  }

  get(name: string): string | undefined {
    return this.#once(() => {
      for (const member of this.#members()) {
        const value = member.get(name)
        if (value !== undefined) return value
      }
      return undefined
    })
  }

  set(name: string, value: string): void {
    this.#once(() => this.#members()[0]?.set(name, value))
  }

  #once<T>(work: () => T): T | undefined {
    if (this.#asking) return undefined
    this.#asking = true
    try {
      return work()
    } finally {
      this.#asking = false
    }
  }
}

const wrong = (entry: Entry, field: string, message: string, hint: string): WippyError =>
  blame(entry, `data.${field}`, { code: 'ENV_STORAGE_INVALID', kind: Kind.Invalid, message, hint })

// YAML 1.2 reads 0600 as six hundred, where its writer meant the mode; 0o600 and "0600" are read as meant.
const WRITTEN_AS_DECIMAL = new Set([400, 440, 444, 600, 640, 644, 660, 664, 666, 700, 750, 755, 770, 775, 777])
const mode = <T>(value: unknown, fallback: T): number | T => {
  if (typeof value === 'string' && /^0?o?[0-7]{3}$/.test(value)) return Number.parseInt(value.slice(-3), 8)
  if (typeof value !== 'number' || value <= 0 || value > 777) return fallback
  return WRITTEN_AS_DECIMAL.has(value) ? Number.parseInt(String(value), 8) : value & 0o777
}

/** The path behind symbolic links; of what does not exist yet, as far as it does. */
const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(real(dirname(path)), basename(path))
  }
}

/** The path of a storage's file: below the app's directory, whatever module names it, and also after symbolic links. */
const filePath = (entry: Entry, root: string): string => {
  const written = fieldsOf(entry).file_path
  if (typeof written !== 'string' || written.trim() === '')
    throw wrong(entry, 'file_path', 'a file storage needs file_path', 'For example: file_path: ./config.env')
  const path = resolve(root, written)
  const isInside = (at: string, directory: string): boolean => at !== directory && liesIn(directory, at)
  if (!isInside(path, root) || !isInside(real(path), real(root))) {
    throw wrong(
      entry,
      'file_path',
      `"${written}" lies outside ${root}`,
      'Keep the file inside the app, or pass its variables by env.storage.os.',
    )
  }
  return path
}

/** The storage an entry of kind `env.storage.*` describes. Throws ENV_STORAGE_INVALID. */
export const makeStorage = (entry: Entry, surroundings: StorageSurroundings): EnvStorage => {
  const fields = fieldsOf(entry)
  switch (entry.kind) {
    case 'env.storage.memory':
      return new MemoryStorage()
    case 'env.storage.os':
      return new FixedStorage(surroundings.os)
    case 'env.storage.static':
      if (!isFields(fields.values)) throw wrong(entry, 'values', 'a static storage needs values', 'For example: values: { PORT: "8080" }')
      return new FixedStorage(fields.values)
    case 'env.storage.file':
      return new EnvFile(filePath(entry, surroundings.root), {
        autoCreate: fields.auto_create === true,
        fileMode: mode(fields.file_mode, null),
        dirMode: mode(fields.dir_mode, 0o755),
      })
    case 'env.storage.router': {
      const ids = Array.isArray(fields.storages) ? fields.storages.map((id) => resolveId(String(id), entry.ns)) : []
      if (ids.length === 0)
        throw wrong(entry, 'storages', 'a router needs storages', 'List the ids of storages, the one to write to first.')
      return new RouterStorage(() => ids.flatMap((id) => surroundings.find(id) ?? []))
    }
    default:
      throw blame(entry, 'kind', {
        code: 'ENV_STORAGE_INVALID',
        kind: Kind.Invalid,
        message: `"${entry.kind}" is no storage of variables`,
        hint: 'There are memory, os, file, static and router.',
      })
  }
}
