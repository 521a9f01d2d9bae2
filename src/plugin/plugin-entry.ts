// What an entry says about the component behind it: where its bytes are, what it may have, how long and how much.
//
//   plugin.component   path: ./markdown.wasm, or hash alone for one that was installed      allow: [clock]
//   function.wasm      fs, path, hash, method, wit (for a core module)                       (as Wippy has it)
//   process.wasm       the same
//   function.wat       source, method, wit                                                   (as Wippy has it)

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { Kind, type WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import { parseDuration, parseSize } from '../registry/units.ts'
import { liesIn } from '../service/held-directory.ts'
import { type Grants, parseGrants } from './grant.ts'
import type { InstanceLimits } from './instance.ts'

export type PluginLimits = InstanceLimits & { readonly timeoutMs: number }

const MEMORY = 64 * 1024 ** 2
const FUEL = 2_000_000_000
const TIMEOUT_MS = 10_000

const invalid = (entry: Entry, path: string, message: string, hint: string): WippyError =>
  blame(entry, path, { code: 'PLUGIN_ENTRY', kind: Kind.Invalid, message: `"${entry.id}": ${message}`, hint })

/** A text field of an entry; undefined when it is missing. Throws PLUGIN_ENTRY when it is something else. */
const textOf = (entry: Entry, name: string): string | undefined => {
  const value = fieldsOf(entry)[name]
  if (value === undefined || typeof value === 'string') return value
  throw invalid(entry, `data.${name}`, `${name} is not a text`, `Write ${name}: some-text.`)
}

/** A text field that must be there. */
export const needText = (entry: Entry, name: string): string => {
  const value = textOf(entry, name)
  if (value !== undefined && value !== '') return value
  throw invalid(entry, 'data', `${name} is missing`, `A ${entry.kind} needs ${name}.`)
}

/** Its own limits over the defaults. Throws PLUGIN_ENTRY, DURATION_INVALID or SIZE_INVALID. */
export const pluginLimitsOf = (entry: Entry): PluginLimits => {
  const { limits } = fieldsOf(entry)
  const { memory, fuel, timeout, max_execution_ms: longest } = isFields(limits) ? limits : {}
  if (fuel !== undefined && !(Number.isSafeInteger(fuel) && (fuel as number) > 0))
    throw invalid(entry, 'data.limits.fuel', 'fuel is not a whole number greater than 0', 'Write for example fuel: 100000000.')
  return {
    memoryBytes: memory === undefined ? MEMORY : parseSize(memory),
    fuel: (fuel as number | undefined) ?? FUEL,
    timeoutMs: timeout === undefined && longest === undefined ? TIMEOUT_MS : parseDuration(timeout ?? longest),
  }
}

/** What it is allowed; directories are relative to `root`. Throws PLUGIN_ENTRY or PLUGIN_GRANT. */
export const grantsOf = (entry: Entry, root: string): Grants => {
  const { allow } = fieldsOf(entry)
  if (allow === undefined || allow === null) return parseGrants([], root)
  if (Array.isArray(allow) && allow.every((item) => typeof item === 'string')) return parseGrants(allow, root)
  throw invalid(entry, 'data.allow', 'allow is not a list of permissions', 'Write for example allow: [clock, random].')
}

/** The directory of a `fs.directory` entry. */
const directoryOf = (entry: Entry, after: ReadonlyMap<string, Entry>, root: string): string => {
  const id = resolveId(needText(entry, 'fs'), entry.ns)
  const directory = after.get(id)
  if (directory?.kind !== 'fs.directory') throw invalid(entry, 'data.fs', `${id} is no fs.directory`, 'Name an entry of kind fs.directory.')
  return resolve(root, needText(directory, 'directory'))
}

const inside = (directory: string, path: string, entry: Entry): string => {
  const whole = join(directory, path)
  if (whole !== directory && liesIn(directory, whole)) return whole
  throw invalid(entry, 'data.path', 'the path leaves its directory', 'Put the file below it.')
}

/** The file an entry's component is in; null for one that was installed, and is known by its hash alone. */
export const fileOf = (entry: Entry, after: ReadonlyMap<string, Entry>, root: string): string | null => {
  if (entry.kind.endsWith('.wasm')) return inside(directoryOf(entry, after, root), needText(entry, 'path'), entry)
  const path = textOf(entry, 'path')
  if (path === undefined) return null
  return isAbsolute(path) ? path : resolve(entry.origin?.base ?? root, path)
}

/** The hash an entry names, in hex; undefined when it names none. */
export const hashOf = (entry: Entry): string | undefined =>
  textOf(entry, 'hash')
    ?.replace(/^sha256:/, '')
    .toLowerCase()

/** Reads the file of an entry, which must have the hash that the entry names. Throws PLUGIN_FILE or PLUGIN_HASH. */
export const readComponent = (entry: Entry, path: string): Uint8Array => {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw blame(entry, 'data.path', {
      code: 'PLUGIN_FILE',
      kind: Kind.NotFound,
      message: `"${entry.id}": the component cannot be read: ${(cause as Error).message}`,
      hint: 'Check path.',
    })
  }
  const wanted = hashOf(entry)
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (wanted === undefined || wanted === hash) return bytes
  const message = `"${entry.id}": the file is not the one that was meant: its hash is sha256:${hash}`
  throw blame(entry, 'data.hash', {
    code: 'PLUGIN_HASH',
    kind: Kind.Invalid,
    message,
    hint: 'If the file is right, put its hash into the entry.',
  })
}
