// A table of settings: what each is called, how its value is read, and what is said when it cannot be.

import { inspect } from 'node:util'
import { Kind, type Where, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { type Fields, isFields } from './entry.ts'
import { parseSize } from './units.ts'

/** Reads one value; throws a WippyError that says what is wrong with it. */
export type Parse = (value: unknown, where: Where) => unknown

const expect =
  <T>(what: string, holds: (value: unknown) => value is T): Parse =>
  (value) => {
    if (holds(value)) return value
    throw new WippyError('CONFIG_VALUE', Kind.Invalid, `${inspect(value)} is not ${what}`)
  }

export const text = expect('text', (value): value is string => typeof value === 'string')
export const someText = expect('text with something in it', (value): value is string => typeof value === 'string' && value.trim() !== '')
export const texts = expect(
  'a list of texts',
  (value): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string'),
)
export const flag = expect('true or false', (value): value is boolean => typeof value === 'boolean')
export const count = expect('a whole number above zero', (value): value is number => Number.isSafeInteger(value) && (value as number) > 0)
export const map = expect('a map', isFields)
export const textMap = expect(
  'a map of texts',
  (value): value is Record<string, string> => isFields(value) && Object.values(value).every((one) => typeof one === 'string'),
)
/** Bytes; fewer than `least` are a unit that was forgotten. */
export const sizeFrom =
  (least: number): Parse =>
  (value) => {
    const bytes = parseSize(value)
    if (bytes >= least) return bytes
    const hint = `Write ${least / 1024}KiB or more, with a unit: a number alone counts bytes.`
    throw new WippyError('CONFIG_VALUE', Kind.Invalid, `${inspect(value)} is too small`, { hint })
  }

/** A map of texts or lists of them, as lists. */
export const lists: Parse = (value, where) =>
  Object.fromEntries(
    Object.entries(map(value, where) as Fields).map(([key, one]) => [key, texts(typeof one === 'string' ? [one] : one, where)]),
  )
/** One of a few words. */
export const oneOf = (words: readonly string[]) =>
  expect(`one of ${words.join(', ')}`, (value): value is string => words.includes(value as string))

/** `host:port`; a host with colons stands in brackets. */
export const address: Parse = (value) => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(typeof value === 'string' ? value : '') ?? []
  const host = bracketed ?? plain
  if (host !== undefined && Number(port) < 65_536) return { host, port: Number(port) }
  throw new WippyError('CONFIG_VALUE', Kind.Invalid, `${inspect(value)} is not host:port`)
}

/** A path, and those of the groups that it is in. */
const withGroups = (path: string): string[] => path.split('.').map((_, at, keys) => keys.slice(0, at + 1).join('.'))

/** Settings by path, gathered from several sources: the later wins. */
export class Settings {
  readonly problems: WippyError[] = []
  readonly warnings: WippyError[] = []
  readonly #table: Readonly<Record<string, Parse>>
  readonly #values = new Map<string, unknown>()

  constructor(table: Readonly<Record<string, Parse>>) {
    this.#table = table
  }

  /** Of all settings. */
  get names(): readonly string[] {
    return Object.keys(this.#table)
  }

  get<T>(path: string, otherwise: T): T {
    return this.#values.has(path) ? (this.#values.get(path) as T) : otherwise
  }

  put(path: string, value: unknown, where: Where): void {
    if (value === undefined) return
    try {
      this.#values.set(path, this.#table[path]!(value, where))
    } catch (error) {
      if (!(error instanceof WippyError)) throw error
      this.problems.push(new WippyError(error.code, error.kind, `${path}: ${error.message}`, { where, hint: error.hint }))
    }
  }

  /** Takes over nested settings; `prefix` is the path they stand at. */
  take(value: Fields, where: Where, prefix = ''): void {
    for (const [key, inner] of Object.entries(value)) {
      const path = prefix + key
      const below = Object.keys(this.#table).filter((known) => known.startsWith(`${path}.`))
      if (Object.hasOwn(this.#table, path)) this.put(path, inner, where)
      else if (below.length > 0 && isFields(inner)) this.take(inner, where, `${path}.`)
      else if (below.length > 0) this.problems.push(new WippyError('CONFIG_VALUE', Kind.Invalid, `${path}: not a map`, { where }))
      else {
        const hint = didYouMean(path, this.names.flatMap(withGroups), `Settings are ${this.names.join(', ')}.`)
        this.problems.push(new WippyError('CONFIG_KEY', Kind.Invalid, `"${path}" is not a setting`, { where, hint }))
      }
    }
  }
}
