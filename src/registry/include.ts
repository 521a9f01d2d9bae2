// `file://` values: a string that stands for the content of a file.
//
// Invariant: no file outside the loaded directory is ever read, not by `..` and not through a symbolic link.

import { isUtf8 } from 'node:buffer'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { isFields } from './entry.ts'

const SCHEME = 'file://'

/** Why a target cannot be included. */
export type Refusal = { readonly code: string; readonly message: string; readonly hint: string }

export type Included = { readonly path: string; readonly content: string | Uint8Array }

/** Whether a value names a file to be included: `file://…`. */
export const isInclude = (value: unknown): value is string => typeof value === 'string' && value.startsWith(SCHEME)

const inside = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The absolute path that `file://rel` (from the directory of `file`) or `file:///abs` (from `root`) stands for, whatever is there. */
export const includedPath = (value: string, file: string, root: string): string => {
  const target = value.slice(SCHEME.length)
  return target.startsWith('/') ? join(root, target) : join(dirname(file), target)
}

/** Reads what `includedPath` names. Text that is not UTF-8 comes as bytes. */
export const include = (value: string, file: string, root: string): Included | Refusal => {
  const target = value.slice(SCHEME.length)
  if (target === '' || target === '/') {
    return { code: 'INCLUDE_EMPTY', message: `"${value}" names no file`, hint: 'Write file:// and a path, for example file://worker.lua.' }
  }
  const path = includedPath(value, file, root)
  const outside: Refusal = {
    code: 'INCLUDE_OUTSIDE',
    message: `"${value}" leads out of the source directory`,
    hint: 'Move the file into the source directory; file:///… starts at its top.',
  }
  if (!inside(root, path)) return outside
  try {
    if (!inside(realpathSync.native(root), realpathSync.native(path))) return outside
    const bytes = readFileSync(path)
    return { path, content: isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes) }
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code
    const message =
      cause === 'ENOENT'
        ? `"${value}" does not exist`
        : cause === 'EISDIR'
          ? `"${value}" is a directory`
          : `"${value}" cannot be read (${cause})`
    return { code: 'INCLUDE_MISSING', message, hint: 'The path is relative to this file; check its spelling.' }
  }
}

/** Rebuilds a value with every string passed through `swap`, which is told the dotted path. */
export const mapStrings = (value: unknown, path: string, swap: (text: string, path: string) => unknown): unknown => {
  if (typeof value === 'string') return swap(value, path)
  if (Array.isArray(value)) return value.map((item, at) => mapStrings(item, `${path}.${at}`, swap))
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapStrings(inner, `${path}.${key}`, swap)]))
}
