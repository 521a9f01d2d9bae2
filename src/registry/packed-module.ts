// A module in one file, `.wapp`, as upstream's hub gives it: its entries, with what they include.
//
//   header     268 bytes: "WIPPYPACK", version 1, two bytes, then where the data is, its size, its SHA-256
//   data       frames of Zstandard: what the module says of itself, its entries, files of its own
//   contents   Zstandard of msgpack: where each frame is, with the SHA-256 of each
//   footer     16 bytes: where the contents are, and their size
//
// Numbers are little-endian, of 64 bits. Nothing is taken from a file of which one sum is wrong.

import { readFileSync, statSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { decode } from '../msgpack-reader.ts'
import { type Entry, type Fields, isFields, makeEntry, nameFault, namespaceFault } from './entry.ts'
import type { Read } from './entry-file.ts'
import type { ModuleSource } from './module-folder.ts'

const MAGIC = Buffer.from('WIPPYPACK\x01', 'latin1')
const HEADER = 268
const FOOTER = 16
const MOST_BYTES = 256 * 1024 ** 2 // of a file, and of what one frame of it comes to

/** Whether a module of this path is one file. */
export const isPacked = (path: string): boolean => path.endsWith('.wapp')

class Damage extends Error {}

const need = (holds: boolean, why: string): void => {
  if (!holds) throw new Damage(why)
}

const bytesOf = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Damage((error as Error).message)
  }
}

// Apps that have no such file start without cryptography and compression.
const sha256 = (bytes: Uint8Array): Buffer => process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest()

/** The bytes that are at an offset; Damage when they are not all there. */
const part = (file: Buffer, offset: unknown, size: unknown): Buffer => {
  const [start, length] = [Number(offset), Number(size)]
  need(Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length > 0, 'a part of it has no place')
  need(start + length <= file.length, 'it ends too early')
  return file.subarray(start, start + length)
}

const unpacked = (bytes: Buffer): unknown => {
  try {
    const { zstdDecompressSync } = process.getBuiltinModule('node:zlib')
    return decode(zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES }))
  } catch (error) {
    throw new Damage(`a part of it cannot be read: ${(error as Error).message}`)
  }
}

/** What the entries frame of a `.wapp` holds. Throws Damage. */
const entriesIn = (file: Buffer): readonly unknown[] => {
  need(file.length > HEADER + FOOTER && file.subarray(0, MAGIC.length).equals(MAGIC), 'it is no .wapp of version 1')
  const data = part(file, file.readBigUInt64LE(12), file.readBigUInt64LE(20))
  need(sha256(data).equals(file.subarray(28, 60)), 'its sum is wrong')
  const footer = file.length - FOOTER
  const contents = unpacked(part(file, file.readBigUInt64LE(footer), file.readBigUInt64LE(footer + 8)))
  const frame = isFields(contents) ? contents.Entries : null
  if (!isFields(frame)) throw new Damage('it says nothing of entries')
  const bytes = part(file, frame.Offset, frame.Size)
  need(!frame.Hash || sha256(bytes).toString('hex') === String(frame.Hash).toLowerCase(), 'the sum of its entries is wrong')
  const entries = unpacked(bytes)
  if (!Array.isArray(entries)) throw new Damage('its entries are no list')
  return entries
}

/** Older packs keep what an entry holds together with its format. */
const dataOf = (data: unknown): unknown =>
  isFields(data) && Object.keys(data).length === 2 && 'Data' in data && 'Format' in data ? data.Data : (data ?? {})

const draftOf = (raw: unknown): { readonly id: string; readonly kind: string; readonly meta: Fields; readonly data: unknown } => {
  const { ID, Kind: kind, Meta, Data } = isFields(raw) ? raw : ({} as Fields)
  const { ns, name } = isFields(ID) ? ID : ({} as Fields)
  const isNamed = typeof ns === 'string' && typeof name === 'string' && namespaceFault(ns) === null && nameFault(name) === null
  need(isNamed && typeof kind === 'string' && kind.trim() !== '', 'one of its entries has no name or kind')
  return { id: `${ns}:${name}`, kind: String(kind), meta: isFields(Meta) ? Meta : {}, data: dataOf(Data) }
}

/** A module that is one file. */
export class PackedModule {
  /** Absolute path of the file. */
  readonly top: string
  readonly #module: string
  readonly #shown: string

  constructor({ module, path }: ModuleSource, root: string) {
    this.top = path
    this.#module = module
    this.#shown = relative(root, path).split(sep).join('/')
  }

  /** Why nothing can be read here, or null. */
  get fault(): WippyError | null {
    const found = statSync(this.top, { throwIfNoEntry: false })
    if (!found?.isFile()) return this.#damaged(found ? 'it is no file' : 'the file does not exist')
    return found.size > MOST_BYTES ? this.#damaged(`it is larger than ${MOST_BYTES} bytes`) : null
  }

  files(): string[] {
    return [this.top]
  }

  covers(path: string): boolean {
    return path === this.top
  }

  /** Reads all of it, or says why nothing of it can be had. */
  read(): Read {
    try {
      const drafts = entriesIn(bytesOf(this.top)).map(draftOf)
      return { entries: drafts.map((draft) => this.#entryOf(draft)), problems: [], inclusions: [] }
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      return { entries: [], problems: [this.#damaged(error.message)], inclusions: [] }
    }
  }

  #entryOf(draft: ReturnType<typeof draftOf>): Entry {
    const path = `${this.top}${sep}${draft.id}` // no file: there is no line of it to show
    const origin = { file: this.#shown, path, base: this.top, line: 1, column: 1, spots: new Map(), sources: new Map() }
    return makeEntry({ ...draft, meta: { ...draft.meta, module: this.#module }, origin })
  }

  #damaged(why: string): WippyError {
    return new WippyError('MODULE_DAMAGED', Kind.Invalid, `the module ${this.#module} cannot be read: ${why}`, {
      where: { file: this.#shown },
      hint: 'Copy the file again, or put the sources of the module into a directory and name that under "replacements".',
    })
  }
}
