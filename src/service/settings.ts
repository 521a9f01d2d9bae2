// Fields of an entry's data, read one by one: what is there is of the right form, or the entry is told so. Values are never repeated in what
// is said: they may be secrets.

import { isAbsolute, relative, resolve } from 'node:path'
import { Kind, type WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, type Fields, isFields } from '../registry/entry.ts'
import { parseDuration, parseSize } from '../registry/units.ts'

const absent = (value: unknown): boolean => value === undefined || value === null || value === ''

export class EntrySettings {
  readonly #entry: Entry
  readonly #fields: Fields
  readonly #path: string

  /** `data` is that of the entry with its placeholders filled in. */
  constructor(entry: Entry, data: unknown, path = 'data') {
    this.#entry = entry
    this.#path = path
    if (data !== undefined && !isFields(data)) throw this.refuse('', 'is not a map')
    this.#fields = data ?? {}
  }

  /** The settings below a key. */
  group(key: string): EntrySettings {
    return new EntrySettings(this.#entry, this.#fields[key], `${this.#path}.${key}`)
  }

  text(key: string, fallback?: string): string {
    const value = this.#fields[key]
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (absent(value) && fallback !== undefined) return fallback
    throw this.refuse(key, 'is not text')
  }

  /** A list of texts; one text is a list of it. */
  texts(key: string): readonly string[] {
    const value = this.#fields[key]
    if (absent(value)) return []
    const list = typeof value === 'string' ? [value] : value
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list
    throw this.refuse(key, 'is no list of names')
  }

  /** A whole number; 0 stands for the fallback. */
  count(key: string, fallback: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#fields[key]
    if (absent(value)) return fallback
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= most) return number || fallback
    throw this.refuse(key, most === Number.MAX_SAFE_INTEGER ? 'is not a whole number' : `is not a whole number up to ${most}`)
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.#fields[key]
    if (absent(value)) return fallback
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw this.refuse(key, 'is not true or false')
  }

  /** Milliseconds. */
  time(key: string, fallback: number): number {
    return this.#parsed(key, fallback, parseDuration, 'is not a duration, for example 30s')
  }

  bytes(key: string, fallback: number): number {
    return this.#parsed(key, fallback, parseSize, 'is not a size, for example 8MiB')
  }

  /** An absolute path, written as one from `from`. An entry that was made while the app runs names none outside of the app's directory, `root`. */
  place(
    key: string,
    written: string,
    { root, from = this.#entry.origin?.base ?? root }: { readonly root: string; readonly from?: string },
  ): string {
    const path = resolve(from, written)
    const inside = relative(root, path)
    if (this.#entry.origin || (!inside.startsWith('..') && !isAbsolute(inside))) return path
    throw this.refuse(key, 'lies outside the directory of the app', 'Keep it inside, or declare the entry in a file of the app.')
  }

  /** The names that are set. */
  keys(): string[] {
    return Object.keys(this.#fields)
  }

  refuse(key: string, what: string, hint = '"wippy explain KIND" shows the fields of a kind.'): WippyError {
    const path = key === '' ? this.#path : `${this.#path}.${key}`
    return blame(this.#entry, path, {
      code: 'ENTRY_FIELD',
      kind: Kind.Invalid,
      message: `${path.slice('data.'.length) || 'data'} of "${this.#entry.id}" ${what}`,
      hint,
    })
  }

  #parsed(key: string, fallback: number, parse: (value: unknown) => number, what: string): number {
    if (absent(this.#fields[key])) return fallback
    try {
      return parse(this.#fields[key])
    } catch {
      throw this.refuse(key, what)
    }
  }
}
