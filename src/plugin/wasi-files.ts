// WASI's file system over directories that were granted. Runs in a plugin's worker.
//
//   F1 No path leaves its directory: none is absolute, none climbs out, and what links lead to must lie inside too.
//   F2 A plugin makes no links, so it cannot build a way out for itself or another.
//   F3 In a directory granted for reading nothing can be changed; in one for writing no more can be kept than was granted (quota.ts), and nothing
//      is moved from one directory to another.
//   F4 What is done is paid for (price.ts) before it is done.
//
// Follows wasi:filesystem 0.2. A failed operation throws WASI's error code, as the component's glue expects.

import * as fs from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { liesIn } from '../service/held-directory.ts'
import type { Mount } from './grant.ts'
import { at, inDirectory, type OpenFile, type OpenFiles } from './open-files.ts'
import { bytesRead, bytesWritten, type Charge, NAME, PLACE, SYNC, TRANSFER } from './price.ts'
import { BLOCK, Quota } from './quota.ts'
import { guarded, hashOf, statOf, typeOf } from './wasi-stat.ts'
import { InputStream, OutputStream } from './wasi-streams.ts'

const LARGEST_READ = 1 << 20
const MOST_NAMES = 100_000 // of a directory that is listed
const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = fs.constants

type OpenFlags = { readonly create?: boolean; readonly directory?: boolean; readonly exclusive?: boolean; readonly truncate?: boolean }
type DescriptorFlags = { readonly read?: boolean; readonly write?: boolean; readonly mutateDirectory?: boolean }

class DirectoryEntryStream {
  readonly #entries: readonly fs.Dirent[]
  #at = 0
  constructor(entries: readonly fs.Dirent[]) {
    this.#entries = entries
  }
  readDirectoryEntry(): unknown {
    const entry = this.#entries[this.#at++]
    return entry && { type: typeOf(entry), name: entry.name }
  }
}

/** A directory that was granted. */
type Root = {
  readonly path: string
  readonly isWritable: boolean
  readonly files: OpenFiles
  readonly quota: Quota
  readonly charge: Charge
}

class Descriptor {
  readonly #root: Root
  readonly #path: string // a real path
  readonly #isWritable: boolean
  readonly #file: OpenFile | null // null for a directory

  constructor(root: Root, path: string, isWritable: boolean, file: OpenFile | null = null) {
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
    if (!liesIn(this.#root.path, end)) throw 'not-permitted'
    return end
  }

  /** Does `work` with a way to what has a name in this directory, that cannot be led elsewhere. */
  #with<T>(path: string, follow: boolean, work: (way: string) => T): T {
    this.#root.charge(PLACE)
    return guarded(() => at(this.#place(path, follow), this.#root.path, work))
  }

  #change<T>(path: string, work: (way: string) => T): T {
    if (!this.#isWritable) throw 'read-only'
    if (posix.basename(posix.normalize(path)) === '.') throw 'invalid'
    return this.#with(path, false, work)
  }

  #handle(): number {
    if (this.#file === null) throw 'is-directory'
    return this.#file.fd
  }

  #stat(): fs.Stats {
    this.#root.charge(PLACE)
    return guarded(() => (this.#file === null ? at(this.#path, this.#root.path, (way) => fs.lstatSync(way)) : fs.fstatSync(this.#file.fd)))
  }

  /** At an offset, or at the end. */
  #write(bytes: Uint8Array, offset: number | null): number {
    if (!this.#isWritable) throw 'read-only'
    this.#root.charge(TRANSFER + bytesWritten(bytes.length))
    return guarded(() => {
      const { size } = fs.fstatSync(this.#handle())
      const at = offset ?? size
      this.#root.quota.take(at + bytes.length - size)
      return fs.writeSync(this.#handle(), bytes, 0, bytes.length, at)
    })
  }

  getType(): string {
    return this.#file === null ? 'directory' : 'regular-file'
  }
  getFlags(): DescriptorFlags {
    return { read: true, write: this.#isWritable, mutateDirectory: this.#isWritable && this.#file === null }
  }
  stat(): unknown {
    return statOf(this.#stat())
  }
  statAt({ symlinkFollow = false }: { symlinkFollow?: boolean }, path: string): unknown {
    return this.#with(path, symlinkFollow, (way) => statOf(fs.lstatSync(way)))
  }
  metadataHash(): unknown {
    return hashOf(this.#stat())
  }
  metadataHashAt({ symlinkFollow = false }: { symlinkFollow?: boolean }, path: string): unknown {
    return this.#with(path, symlinkFollow, (way) => hashOf(fs.lstatSync(way)))
  }
  isSameObject(other: Descriptor): boolean {
    return other.#path === this.#path
  }

  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const most = Math.min(Number(length), LARGEST_READ)
    this.#root.charge(TRANSFER + bytesRead(most))
    return guarded(() => {
      const bytes = new Uint8Array(most)
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
    return new OutputStream((bytes) => void this.#write(bytes, null))
  }
  setSize(size: bigint): void {
    if (!this.#isWritable) throw 'read-only'
    this.#root.charge(PLACE)
    guarded(() => {
      this.#root.quota.take(Number(size) - fs.fstatSync(this.#handle()).size)
      fs.ftruncateSync(this.#handle(), Number(size))
    })
  }
  sync(): void {
    this.#root.charge(SYNC)
    guarded(() => this.#file !== null && fs.fsyncSync(this.#file.fd))
  }
  syncData(): void {
    this.sync()
  }
  advise(): void {}

  readDirectory(): DirectoryEntryStream {
    const { charge } = this.#root
    const list = (way: string): DirectoryEntryStream => {
      const entries: fs.Dirent[] = []
      const open = fs.opendirSync(way)
      try {
        for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
          charge(NAME)
          if (entries.push(entry) > MOST_NAMES) throw 'insufficient-memory'
        }
      } finally {
        open.closeSync()
      }
      return new DirectoryEntryStream(entries)
    }
    charge(PLACE)
    return guarded(() => inDirectory(this.#place('.', true), this.#root.path, list))
  }
  openAt(
    { symlinkFollow = false }: { symlinkFollow?: boolean },
    path: string,
    how: OpenFlags,
    { write = false }: DescriptorFlags,
  ): Descriptor {
    const changes = write || how.create || how.truncate
    if (changes && !this.#isWritable) throw 'read-only'
    this.#root.charge(PLACE)
    return guarded(() => {
      const place = this.#place(path, symlinkFollow)
      return at(place, this.#root.path, (way) => {
        const there = fs.lstatSync(way, { throwIfNoEntry: false })
        if (there?.isDirectory()) return new Descriptor(this.#root, place, this.#isWritable)
        if (how.directory) throw there ? 'not-directory' : 'no-entry'
        if (there && !there.isFile()) throw there.isSymbolicLink() ? 'loop' : 'not-permitted'
        if (!there && how.create) this.#root.quota.take(BLOCK)
        const flags = (how.create ? O_CREAT : 0) | (how.exclusive ? O_EXCL : 0) | (how.truncate ? O_TRUNC : 0)
        return new Descriptor(this.#root, place, write, this.#root.files.open(way, (changes ? O_RDWR : O_RDONLY) | flags))
      })
    })
  }
  createDirectoryAt(path: string): void {
    this.#change(path, (way) => {
      this.#root.quota.take(BLOCK)
      fs.mkdirSync(way)
    })
  }
  removeDirectoryAt(path: string): void {
    this.#change(path, (way) => fs.rmdirSync(way))
  }
  unlinkFileAt(path: string): void {
    this.#change(path, (way) => fs.unlinkSync(way))
  }
  renameAt(path: string, to: Descriptor, name: string): void {
    if (to.#root !== this.#root) throw 'cross-device'
    this.#change(path, (from) => to.#change(name, (way) => fs.renameSync(from, way)))
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
    this.#file?.close()
  }
}

/** The two interfaces, over what was granted. What is opened is counted, and closed, by `files`; `charge` is paid with the plugin's fuel. */
export const fileInterfaces = (
  mounts: readonly Mount[],
  files: OpenFiles,
  charge: Charge = () => {},
): Readonly<Record<string, unknown>> => {
  let roots: readonly (readonly [Root, guest: string])[] | null = null // where they are is looked up when it is first asked for
  const rootOf = ({ guest, path, isWritable, mostBytes }: Mount): readonly [Root, string] => {
    const directory = fs.realpathSync(path)
    const quota = new Quota({ directory, mostBytes, charge, nameless: () => files.namelessBytes })
    return [{ path: directory, isWritable, files, quota, charge }, guest]
  }
  return {
    'wasi:filesystem/types': { Descriptor, DirectoryEntryStream, filesystemErrorCode: () => undefined },
    'wasi:filesystem/preopens': {
      getDirectories: () => {
        roots ??= mounts.map(rootOf)
        return roots.map(([root, guest]) => [new Descriptor(root, root.path, root.isWritable), guest])
      },
    },
  }
}
