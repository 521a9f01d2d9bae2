// What a plugin asks for by its imports, and what it is given. Nothing is given that is not named.
//
//   clock            the time of day and a running clock; without it both stand still at zero
//   random           random numbers; without it there are none, and the seed is always the same
//   env:NAME         one environment variable, by its name in the app's environment
//   fs:GUEST=PATH    a directory, seen by the plugin as GUEST, for reading; `fs:GUEST=PATH:rw` for writing too, until there are 1 GiB in it;
//                    `fs:GUEST=PATH:rw:64MiB` until there is as much as that
//   kind:NAME        a kind of entries that it brings to life
//   funcs.call:ID    to ask the node (wit/runtime.wit): an action on a resource, as in security/grant.ts

import { isAbsolute, resolve } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { parseSize } from '../registry/units.ts'
import { didYouMean } from '../suggest.ts'

export type Mount = {
  readonly guest: string
  readonly path: string
  readonly isWritable: boolean
  /** What may be in it, for who writes. */
  readonly mostBytes: number
}

const MOST_BYTES = 1024 ** 3

export type Grants = {
  readonly clock: boolean
  readonly random: boolean
  readonly env: readonly string[]
  readonly mounts: readonly Mount[]
  /** Kinds of entries. */
  readonly kinds: readonly string[]
  /** Actions on resources. */
  readonly rights: readonly string[]
}

export const NO_GRANTS: Grants = { clock: false, random: false, env: [], mounts: [], kinds: [], rights: [] }

/** Interfaces that everybody has: they reach nothing but the log. */
const HARMLESS = /^(?:wasi:(?:cli\/(?:exit|stdin|stdout|stderr|terminal-.*)|io\/(?:error|poll|streams))|wippy:runtime\/logger)$/
const ASKED: readonly (readonly [RegExp, string])[] = [
  [/^wasi:clocks\/(?:monotonic-clock|wall-clock)$/, 'clock'],
  [/^wasi:random\/(?:random|insecure|insecure-seed)$/, 'random'],
  [/^wasi:cli\/environment$/, 'env'],
  [/^wasi:filesystem\/(?:types|preopens)$/, 'fs'],
  [/^wippy:runtime\/funcs$/, 'funcs.call'],
  [/^wippy:runtime\/registry$/, 'registry.get'],
]

/** `wasi:io/streams@0.2.12` without its version. */
const unversioned = (name: string): string => name.replace(/@.*$/, '')

/** What imports ask for in the words of grants, sorted, and the interfaces that no grant can give. */
export const asksOf = (imports: readonly string[]): { readonly asks: readonly string[]; readonly foreign: readonly string[] } => {
  const asks = new Set<string>()
  const foreign: string[] = []
  for (const name of imports.map(unversioned)) {
    if (HARMLESS.test(name)) continue
    const ask = ASKED.find(([pattern]) => pattern.test(name))?.[1]
    if (ask === undefined) foreign.push(name)
    else asks.add(ask)
  }
  return { asks: [...asks].sort(), foreign }
}

const KNOWN = /^(?:clock|random|env:\w+|fs:.*|kind:[a-z][\w-]*(?:\.[\w-]+)+|(?:funcs\.call|registry\.get):.+)$/
const KIND = 'kind:'
const RIGHT = /^(?:funcs\.call|registry\.get):/

const NAMES = ['clock', 'random', 'env', 'fs', 'kind', 'funcs.call', 'registry.get']

const invalid = (text: string): WippyError => {
  const forms =
    'Permissions are clock, random, env:NAME, fs:GUEST=PATH, fs:GUEST=PATH:rw, fs:GUEST=PATH:rw:64MiB, kind:NAME, funcs.call:ID and registry.get:ID.'
  const hint = didYouMean(text.replace(/:.*$/s, ''), NAMES, forms)
  return new WippyError('PLUGIN_GRANT', Kind.Invalid, `"${text}" is not a permission`, { hint })
}

const mountOf = (text: string, root: string): Mount => {
  const [, guest = '', path = '', access, size] = /^fs:(\/[^=]*)=(.+?)(?::(?:(rw)(?::(\d[\d.]*[kmgt]?i?b?))?|ro))?$/i.exec(text) ?? []
  if (guest === '' || path === '') throw invalid(text)
  const mostBytes = size === undefined ? MOST_BYTES : parseSize(size)
  return { guest, path: isAbsolute(path) ? path : resolve(root, path), isWritable: access === 'rw', mostBytes }
}

/** Reads grants as people write them; paths are relative to `root`. Throws PLUGIN_GRANT, SIZE_INVALID. */
export const parseGrants = (texts: readonly string[], root: string): Grants => {
  const wrong = texts.find((text) => !KNOWN.test(text))
  if (wrong !== undefined) throw invalid(wrong)
  return {
    clock: texts.includes('clock'),
    random: texts.includes('random'),
    env: texts.filter((text) => text.startsWith('env:')).map((text) => text.slice(4)),
    mounts: texts.filter((text) => text.startsWith('fs:')).map((text) => mountOf(text, root)),
    kinds: texts.filter((text) => text.startsWith(KIND)).map((text) => text.slice(KIND.length)),
    rights: texts.filter((text) => RIGHT.test(text)),
  }
}
