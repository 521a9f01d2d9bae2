// WASI's file system over directories that were granted. Runs in a plugin's worker.
//
//   F1 No path leaves its directory: none is absolute, none climbs out, and what links lead to must lie inside too.
//   F2 A plugin makes no links, so it cannot build a way out for itself or another.
//   F3 In a directory granted for reading nothing can be changed.
//
// Follows wasi:filesystem 0.2. A failed operation throws WASI's error code, as the component's glue expects.

import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import type { Mount } from './grant.ts'
import { InputStream, OutputStream } from './wasi-streams.ts'

const LARGEST_READ = 1 << 20
const MOST_OPEN = 256

let open = 0

type OpenFlags = { readonly create?: boolean; readonly directory?: boolean; readonly exclusive?: boolean; readonly truncate?: boolean }
type DescriptorFlags = { readonly read?: boolean; readonly write?: boolean; readonly mutateDirectory?: boolean }

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
  EXDEV: 'cross-device',
}

/** Does `work`; what the system refuses is thrown as WASI's code. */
const guarded = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (typeof error === 'string') throw error
    throw CODES[(error as NodeJS.ErrnoException).code ?? ''] ?? 'io'
  }
}

const typeOf = (stat: fs.Stats | fs.Dirent): string => {
  if (stat.isFile()) return 'regular-file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'symbolic-link' : 'unknown'
}

const instant = (ms: number): { seconds: bigint; nanoseconds: number } => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanoseconds: Math.floor((ms % 1000) * 1e6),
})

const statOf = (stat: fs.Stats): unknown => ({
  type: typeOf(stat),
  linkCount: BigInt(stat.nlink),
  size: BigInt(stat.size),
  dataAccessTimestamp: instant(stat.atimeMs),
  dataModificationTimestamp: instant(stat.mtimeMs),
  statusChangeTimestamp: instant(stat.ctimeMs),
})

const hashOf = (stat: fs.Stats): { upper: bigint; lower: bigint } => {
  const digest = createHash('sha256').update(`${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`).digest()
  return { upper: digest.readBigUInt64LE(0), lower: digest.readBigUInt64LE(8) }
}

class DirectoryEntryStream {
  readonly #entries: fs.Dirent[]
  constructor(entries: fs.Dirent[]) {
    this.#entries = entries
  }
  readDirectoryEntry(): unknown {
    const entry = this.#entries.shift()
    return entry && { type: typeOf(entry), name: entry.name }
  }
}

class Descriptor {
  readonly #root: string // real path of the granted directory
  readonly #path: string
  readonly #isWritable: boolean
  readonly #file: number | null // null for a directory

  constructor(root: string, path: string, isWritable: boolean, file: number | null = null) {
    this.#root = root
    this.#path = path
    this.#isWritable = isWritable
    this.#file = file
  }

  /** The real place of a path below this directory; its last part is followed if it is a link and `follow` says so. */
  #place(path: string, follow: boolean): string {
    const clean = posix.normalize(path)
    if (this.#file !== null) throw 'not-directory'
    if (path.includes('\0') || posix.isAbsolute(clean) || clean === '..' || clean.startsWith('../')) throw 'not-permitted'
    const whole = join(this.#path, clean)
    const place = clean === '.' ? fs.realpathSync(whole) : join(fs.realpathSync(dirname(whole)), posix.basename(clean))
    const end = follow && fs.existsSync(place) ? fs.realpathSync(place) : place
    if (follow && end === place && fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) throw 'no-entry'
    if (end !== this.#root && !end.startsWith(this.#root + sep)) throw 'not-permitted'
    return end
  }

  #change(path: string): string {
    if (!this.#isWritable) throw 'read-only'
    return this.#place(path, false)
  }

  #handle(): number {
    if (this.#file === null) throw 'is-directory'
    return this.#file
  }

  #write(bytes: Uint8Array, offset: number | null): number {
    if (!this.#isWritable) throw 'read-only'
    return guarded(() => fs.writeSync(this.#handle(), bytes, 0, bytes.length, offset))
  }

  getType(): string {
    return this.#file === null ? 'directory' : 'regular-file'
  }
  getFlags(): DescriptorFlags {
    return { read: true, write: this.#isWritable, mutateDirectory: this.#isWritable && this.#file === null }
  }
  stat(): unknown {
    return guarded(() => statOf(this.#file === null ? fs.statSync(this.#path) : fs.fstatSync(this.#file)))
  }
  statAt({ symlinkFollow = false }: { symlinkFollow?: boolean }, path: string): unknown {
    return guarded(() => statOf(fs.lstatSync(this.#place(path, symlinkFollow))))
  }
  metadataHash(): unknown {
    return guarded(() => hashOf(this.#file === null ? fs.statSync(this.#path) : fs.fstatSync(this.#file)))
  }
  metadataHashAt({ symlinkFollow = false }: { symlinkFollow?: boolean }, path: string): unknown {
    return guarded(() => hashOf(fs.lstatSync(this.#place(path, symlinkFollow))))
  }
  isSameObject(other: Descriptor): boolean {
    return other.#path === this.#path
  }

  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    return guarded(() => {
      const bytes = new Uint8Array(Math.min(Number(length), LARGEST_READ))
      const read = fs.readSync(this.#handle(), bytes, 0, bytes.length, Number(offset))
      return [bytes.subarray(0, read), read === 0 && bytes.length > 0]
    })
  }
  write(bytes: Uint8Array, offset: bigint): bigint {
    return BigInt(this.#write(bytes, Number(offset)))
  }
  readViaStream(offset: bigint): InputStream {
    let at = offset
    return new InputStream((length) => {
      const [bytes, isOver] = this.read(BigInt(length), at)
      at += BigInt(bytes.length)
      return isOver ? null : bytes
    })
  }
  writeViaStream(offset: bigint): OutputStream {
    let at = Number(offset)
    return new OutputStream((bytes) => {
      at += this.#write(bytes, at)
    })
  }
  appendViaStream(): OutputStream {
    return new OutputStream(
      (bytes) =>
        void this.#write(
          bytes,
          guarded(() => fs.fstatSync(this.#handle()).size),
        ),
    )
  }
  setSize(size: bigint): void {
    if (!this.#isWritable) throw 'read-only'
    guarded(() => fs.ftruncateSync(this.#handle(), Number(size)))
  }
  sync(): void {
    guarded(() => this.#file !== null && fs.fsyncSync(this.#file))
  }
  syncData(): void {
    this.sync()
  }
  advise(): void {}

  readDirectory(): DirectoryEntryStream {
    return guarded(() => new DirectoryEntryStream(fs.readdirSync(this.#place('.', true), { withFileTypes: true })))
  }
  openAt(
    { symlinkFollow = false }: { symlinkFollow?: boolean },
    path: string,
    how: OpenFlags,
    { write = false }: DescriptorFlags,
  ): Descriptor {
    return guarded(() => {
      const changes = write || how.create || how.truncate
      if (changes && !this.#isWritable) throw 'read-only'
      const place = this.#place(path, symlinkFollow)
      const there = fs.lstatSync(place, { throwIfNoEntry: false })
      if (there?.isDirectory()) return new Descriptor(this.#root, place, this.#isWritable)
      if (how.directory) throw there ? 'not-directory' : 'no-entry'
      if (open >= MOST_OPEN) throw 'insufficient-memory'
      const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW } = fs.constants
      const flags = (how.create ? O_CREAT : 0) | (how.exclusive ? O_EXCL : 0) | (how.truncate ? O_TRUNC : 0) | O_NOFOLLOW
      const file = fs.openSync(place, (changes ? O_RDWR : O_RDONLY) | flags, 0o600)
      open++
      return new Descriptor(this.#root, place, write, file)
    })
  }
  createDirectoryAt(path: string): void {
    guarded(() => fs.mkdirSync(this.#change(path)))
  }
  removeDirectoryAt(path: string): void {
    guarded(() => fs.rmdirSync(this.#change(path)))
  }
  unlinkFileAt(path: string): void {
    guarded(() => fs.unlinkSync(this.#change(path)))
  }
  renameAt(path: string, to: Descriptor, name: string): void {
    guarded(() => fs.renameSync(this.#change(path), to.#change(name)))
  }
  readlinkAt(): never {
    throw 'not-permitted'
  }
  linkAt(): never {
    throw 'not-permitted'
  }
  symlinkAt(): never {
    throw 'not-permitted'
  }
  setTimes(): never {
    throw 'not-permitted'
  }
  setTimesAt(): never {
    throw 'not-permitted'
  }

  [Symbol.dispose](): void {
    if (this.#file === null) return
    open--
    fs.closeSync(this.#file)
  }
}

/** The two interfaces, over what was granted. */
export const fileInterfaces = (mounts: readonly Mount[]): Readonly<Record<string, unknown>> => ({
  'wasi:filesystem/types': { Descriptor, DirectoryEntryStream, filesystemErrorCode: () => undefined },
  'wasi:filesystem/preopens': {
    getDirectories: () =>
      mounts.map(({ guest, path, isWritable }) => {
        const root = fs.realpathSync(path)
        return [new Descriptor(root, root, isWritable), guest]
      }),
  },
})
