// What one instance of a plugin has open in the directories it was granted.
//
//   O1 What was looked at is what is opened, whoever exchanges what lies on the way (see service/held-directory).
//   O2 Only files and directories are opened: no device, and no pipe, which would hold up the thread for ever.
//   O3 What was closed cannot be used: its number may be another file of the node by now.

import * as fs from 'node:fs'
import { canHold, holderOf, TO_HOLD, wayInto } from '../service/held-directory.ts'

const MOST = 256
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants

export class OpenFile {
  #fd: number | null
  readonly #files: Set<OpenFile>

  constructor(fd: number, files: Set<OpenFile>) {
    this.#fd = fd
    this.#files = files.add(this)
  }

  /** Throws WASI's code when it was closed. */
  get fd(): number {
    if (this.#fd === null) throw 'bad-descriptor'
    return this.#fd
  }

  close(): void {
    if (this.#fd !== null) fs.closeSync(this.#fd)
    this.#fd = null
    this.#files.delete(this)
  }
}

export class OpenFiles {
  readonly #open = new Set<OpenFile>()

  /** Opens a regular file. Throws WASI's code, or as the system does. */
  open(path: string, flags: number): OpenFile {
    if (this.#open.size >= MOST) throw 'insufficient-memory'
    const file = new OpenFile(fs.openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o600), this.#open)
    if (fs.fstatSync(file.fd).isFile()) return file
    file.close()
    throw 'not-permitted'
  }

  /** Bytes of open files that have no name any more: they take room until they are closed. */
  get namelessBytes(): number {
    let bytes = 0
    for (const { fd } of this.#open) {
      const { nlink, size } = fs.fstatSync(fd)
      if (nlink === 0) bytes += size
    }
    return bytes
  }

  close(): void {
    for (const file of this.#open) file.close()
  }
}

/** Does `work` with a way to a directory that lies in `root`, whatever is exchanged meanwhile. Throws WASI's code, or as the system does. */
export const inDirectory = <T>(directory: string, root: string, work: (path: string) => T): T => {
  if (!canHold) return work(directory)
  const holder = fs.openSync(directory, TO_HOLD)
  try {
    const way = wayInto(holder, root)
    if (way === null) throw 'not-permitted'
    return work(way)
  } finally {
    fs.closeSync(holder)
  }
}

/** The same for what lies in a directory of `root`, or for `root`. */
export const at = <T>(place: string, root: string, work: (path: string) => T): T => {
  const [directory, name] = holderOf(place, root)
  return inDirectory(directory, root, (way) => work(`${way}/${name}`))
}
