// What the system says of files, as WASI says it.

import { createHash } from 'node:crypto'
import type * as fs from 'node:fs'

const CODES: Readonly<Record<string, string>> = {
  EACCES: 'access',
  EBADF: 'bad-descriptor',
  EBUSY: 'busy',
  EEXIST: 'exist',
  EFBIG: 'file-too-large',
  EINVAL: 'invalid',
  EIO: 'io',
  EISDIR: 'is-directory',
  ELOOP: 'loop',
  ENAMETOOLONG: 'name-too-long',
  ENOENT: 'no-entry',
  ENOSPC: 'insufficient-space',
  ENOTDIR: 'not-directory',
  ENOTEMPTY: 'not-empty',
  EPERM: 'not-permitted',
  EROFS: 'read-only',
  EDQUOT: 'quota',
  EXDEV: 'cross-device',
}

/** Does `work`; what the system refuses is thrown as WASI's code. */
export const guarded = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown }
    if (typeof code !== 'string') throw error // WASI's own, or a handle that is none
    throw CODES[code] ?? 'io'
  }
}

export const typeOf = (stat: fs.Stats | fs.Dirent): string => {
  if (stat.isFile()) return 'regular-file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'symbolic-link' : 'unknown'
}

const instant = (ms: number): { seconds: bigint; nanoseconds: number } => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanoseconds: Math.floor((ms % 1000) * 1e6),
})

/** What `stat` tells. */
export const statOf = (stat: fs.Stats): unknown => ({
  type: typeOf(stat),
  linkCount: BigInt(stat.nlink),
  size: BigInt(stat.size),
  dataAccessTimestamp: instant(stat.atimeMs),
  dataModificationTimestamp: instant(stat.mtimeMs),
  statusChangeTimestamp: instant(stat.ctimeMs),
})

/** What tells one state of a file from another. */
export const hashOf = (stat: fs.Stats): { upper: bigint; lower: bigint } => {
  const digest = createHash('sha256').update(`${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`).digest()
  return { upper: digest.readBigUInt64LE(0), lower: digest.readBigUInt64LE(8) }
}
