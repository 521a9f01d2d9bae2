// A directory of the machine as processes see it: paths begin at its root, and none leads out.
//
//   V1 `..` stops at the root. A link is followed only to what lies inside; what it leads to is looked at before anything is opened,
//      and what was looked at is what is opened (see held-directory).
//   V2 Only files and directories are there: no devices, pipes or sockets.

import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, opendir, realpath, rmdir, unlink } from 'node:fs/promises'
import { basename, dirname, join, posix, sep } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { canHold, holderOf, liesIn, TO_HOLD, wayInto } from './held-directory.ts'
import type { ByteStream, Whence } from './streams.ts'

export type Mode = 'r' | 'w' | 'wx' | 'a'

export type Info = {
  readonly name: string
  readonly size: number
  readonly mode: number
  /** Seconds since 1970. */
  readonly modified: number
  readonly is_dir: boolean
  readonly type: 'file' | 'directory'
}

export type Item = { readonly name: string; readonly type: 'file' | 'directory' }

/** What of a path is meant: what is there, or may be new; its own name, be it a link; or what it holds. */
type Which = 'there' | 'new' | 'itself' | 'inside'

const MOST_ITEMS = 10_000
const LONGEST = 4096
const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_RDWR, O_TRUNC } = constants
const FLAGS: Readonly<Record<Mode, number>> = {
  r: O_RDONLY,
  w: O_RDWR | O_CREAT | O_TRUNC,
  wx: O_RDWR | O_CREAT | O_EXCL,
  a: O_RDWR | O_CREAT | O_APPEND,
}

const KINDS: Readonly<Record<string, readonly [kind: Kind, message: string]>> = {
  ENOENT: [Kind.NotFound, 'does not exist'],
  EEXIST: [Kind.AlreadyExists, 'exists already'],
  ENOTDIR: [Kind.Invalid, 'is not a directory'],
  EISDIR: [Kind.Invalid, 'is a directory'],
  ENOTEMPTY: [Kind.Invalid, 'is not empty'],
  ELOOP: [Kind.PermissionDenied, 'is a link that leads out'],
  EACCES: [Kind.PermissionDenied, 'may not be reached by this user'],
  EPERM: [Kind.PermissionDenied, 'may not be changed'],
  EROFS: [Kind.PermissionDenied, 'lies on what can only be read'],
  ENAMETOOLONG: [Kind.Invalid, 'has a name that is too long'],
  ENOSPC: [Kind.Unavailable, 'has no room'],
}

const refuse = (path: string, kind: Kind, message: string): WippyError =>
  new WippyError('FS', kind, `"${path}" ${message}`, { retryable: false, details: { path } })

const failed = (path: string, cause: unknown): WippyError => {
  if (cause instanceof WippyError) return cause
  const [kind, message] = KINDS[(cause as NodeJS.ErrnoException).code ?? ''] ?? [
    Kind.Internal,
    `could not be used: ${(cause as NodeJS.ErrnoException).code ?? cause}`,
  ]
  return refuse(path, kind, message)
}

const infoOf = (path: string, stats: Stats): Info => ({
  name: posix.basename(path) || '/',
  size: stats.size,
  mode: stats.mode & 0o777,
  modified: Math.floor(stats.mtimeMs / 1000),
  is_dir: stats.isDirectory(),
  type: stats.isDirectory() ? 'directory' : 'file',
})

/** Bytes of an open file. Appending leaves the position alone. */
class FileStream implements ByteStream {
  readonly #file: FileHandle
  readonly #appends: boolean
  #position = 0

  constructor(file: FileHandle, appends: boolean) {
    this.#file = file
    this.#appends = appends
  }

  async read(most: number): Promise<Uint8Array | null> {
    const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(most), 0, most, this.#position)
    this.#position += bytesRead
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead)
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#appends ? null : this.#position)
      at += bytesWritten
      this.#position += bytesWritten
    }
  }

  async seek(whence: Whence, offset: number): Promise<number> {
    const from = whence === 'set' ? 0 : whence === 'cur' ? this.#position : (await this.#file.stat()).size
    if (from + offset < 0) throw new WippyError('FS', Kind.Invalid, 'there is nothing before the beginning', { retryable: false })
    this.#position = from + offset
    return this.#position
  }

  flush(): Promise<void> {
    return this.#file.sync()
  }

  async stat(): Promise<{ size: number; position: number }> {
    return { size: (await this.#file.stat()).size, position: this.#position }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

export class Volume {
  readonly #root: string
  readonly #isReadOnly: boolean

  /** `root`: absolute, with no links on its way. */
  constructor(root: string, isReadOnly = false) {
    this.#root = root
    this.#isReadOnly = isReadOnly
  }

  /** Throws FS. */
  info(path: string): Promise<Info> {
    return this.#at(path, 'there', async (way) => {
      const stats = await lstat(way)
      if (!stats.isFile() && !stats.isDirectory()) throw refuse(path, Kind.Invalid, 'is no file')
      return infoOf(posix.normalize(path), stats)
    })
  }

  /** What a directory holds, sorted by name; links are left out. Throws FS. */
  list(path: string): Promise<readonly Item[]> {
    return this.#at(path, 'inside', async (way) => {
      const items: Item[] = []
      let count = 0
      for await (const item of await opendir(way)) {
        if (++count > MOST_ITEMS) throw refuse(path, Kind.Invalid, `holds more than ${MOST_ITEMS} files`)
        if (item.isFile() || item.isDirectory()) items.push({ name: item.name, type: item.isDirectory() ? 'directory' : 'file' })
      }
      return items.sort(byName)
    })
  }

  /** Throws FS. */
  mkdir(path: string, mode = 0o755): Promise<void> {
    return this.#change(path, (way) => mkdir(way, { mode }).then(() => {}))
  }

  /** Removes a file, a link, or an empty directory. Throws FS. */
  remove(path: string): Promise<void> {
    return this.#change(path, async (way) => {
      if (this.#whole(path) === this.#root) throw refuse(path, Kind.Invalid, 'is the root')
      await ((await lstat(way)).isDirectory() ? rmdir(way) : unlink(way))
    })
  }

  /** Opens a file. Throws FS. */
  open(path: string, mode: Mode): Promise<ByteStream & { stat(): Promise<{ size: number; position: number }> }> {
    if (mode !== 'r' && this.#isReadOnly) throw readOnly(path)
    return this.#at(path, mode === 'r' ? 'there' : 'new', async (way) => {
      const file = await open(way, FLAGS[mode] | O_NOFOLLOW | O_NONBLOCK, 0o644)
      const stats = await file.stat()
      if (stats.isFile()) return new FileStream(file, mode === 'a')
      await file.close()
      throw refuse(path, Kind.Invalid, stats.isDirectory() ? 'is a directory' : 'is no file')
    })
  }

  /** Acts with a way to a place that cannot be led elsewhere. */
  async #at<T>(path: string, which: Which, act: (way: string) => Promise<T>): Promise<T> {
    try {
      const place = await this.#place(path, which)
      const [directory, name] = holderOf(place, which === 'inside' ? place : this.#root)
      return await this.#held(directory, path, (way) => act(`${way}/${name}`))
    } catch (error) {
      throw failed(path, error)
    }
  }

  async #held<T>(directory: string, path: string, act: (way: string) => Promise<T>): Promise<T> {
    if (!canHold) return act(directory)
    const holder = await open(directory, TO_HOLD)
    try {
      const way = wayInto(holder.fd, this.#root)
      if (way === null) throw leadsOut(path)
      return await act(way)
    } finally {
      await holder.close()
    }
  }

  async #change(path: string, act: (way: string) => Promise<void>): Promise<void> {
    if (this.#isReadOnly) throw readOnly(path)
    await this.#at(path, 'itself', act)
  }

  async #place(path: string, which: Which): Promise<string> {
    const whole = this.#whole(path)
    if (whole === this.#root || which === 'there' || which === 'inside') return this.#real(whole, path)
    const place = join(await this.#real(dirname(whole), path), basename(whole))
    if (which === 'itself') return place
    const isLink = await lstat(place).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    )
    return isLink ? this.#real(place, path) : place
  }

  #whole(path: string): string {
    if (path === '' || path.length > LONGEST) throw refuse(path.slice(0, 100), Kind.Invalid, 'is no path')
    if (path.includes('\0')) throw refuse(path.replaceAll('\0', '?').slice(0, 100), Kind.Invalid, 'has a null byte')
    const inside = posix.normalize(`/${sep === '\\' ? path.replaceAll('\\', '/') : path}`)
    return inside === '/' ? this.#root : join(this.#root, inside.replace(/\/$/, ''))
  }

  async #real(place: string, path: string): Promise<string> {
    const real = await realpath(place)
    if (liesIn(this.#root, real)) return real
    throw leadsOut(path)
  }
}

const leadsOut = (path: string): WippyError => refuse(path, Kind.PermissionDenied, 'is a link that leads out')

const readOnly = (path: string): WippyError => refuse(path, Kind.PermissionDenied, 'can only be read')

const byName = (a: Item, b: Item): number => (a.name < b.name ? -1 : 1)
