// How much a plugin may keep in a directory that it may write to.
//
//   Q1 What is there counts, whoever put it there: of each file its length, and BLOCK bytes for each name. So does what was removed and is still open.
//   Q2 What is there is counted once, then what grows; anew when there is no room left, as others may have made some. The plugin pays for that.

import * as fs from 'node:fs'
import { type Charge, NAME } from './price.ts'

/** What a name takes, whatever is behind it. */
export const BLOCK = 4096

export type QuotaOptions = {
  /** A real path. */
  readonly directory: string
  readonly mostBytes: number
  readonly charge: Charge
  /** Bytes of files that have no name any more. */
  readonly nameless: () => number
}

export class Quota {
  readonly #options: QuotaOptions
  #held: number | null = null

  constructor(options: QuotaOptions) {
    this.#options = options
  }

  /** Makes room for so many more bytes. Throws WASI's code when there is none. */
  take(bytes: number): void {
    if (bytes <= 0) return
    const { mostBytes } = this.#options
    if (this.#held === null || this.#held + bytes > mostBytes) this.#held = this.#count()
    if (this.#held + bytes > mostBytes) throw 'quota'
    this.#held += bytes
  }

  #count(): number {
    const { directory, charge, nameless } = this.#options
    let bytes = nameless()
    const directories = [directory]
    for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
      for (const { name, isDirectory } of namesIn(at)) {
        charge(NAME)
        const path = `${at}/${name}`
        if (isDirectory) directories.push(path)
        bytes += BLOCK + (isDirectory ? 0 : (fs.lstatSync(path, { throwIfNoEntry: false })?.size ?? 0))
      }
    }
    return bytes
  }
}

/** One after another: a directory may have more of them than fit into memory. Nothing, of one that has just been removed. */
const namesIn = function* (path: string): Generator<{ readonly name: string; readonly isDirectory: boolean }> {
  let open: fs.Dir
  try {
    open = fs.opendirSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return
    throw error
  }
  try {
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) yield { name: entry.name, isDirectory: entry.isDirectory() }
  } finally {
    open.closeSync()
  }
}
