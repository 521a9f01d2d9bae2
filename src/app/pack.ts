// A pack: an app in one file, to be run where it is copied to.
//
//   "WIPPY-PACK" | u8 version | sha256 of what follows | gzip of msgpack { name, files: [[path, bytes] …] }
//
//   P1 What is read back is what was written, or it is refused: torn, altered, of another version, or with a path that leads out of it.
//   P2 A pack has the app's entries, sources, plugins and settings. It has no state, no token, and nothing of the environment but what
//      wippy.config.ts itself read while it was packed.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Config } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { makeFolder } from '../lmdb/folder.ts'
import { decode, encode } from '../msgpack.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import { isPacked } from '../registry/packed-module.ts'
import { isHidden } from '../registry/source.ts'
import { assemble } from '../registry/source-tree.ts'
import { writtenConfig } from './config-file.ts'

const MAGIC = Buffer.from('WIPPY-PACK')
const VERSION = 1
const HASH_BYTES = 32
const HEAD = MAGIC.length + 1 + HASH_BYTES
const MOST_BYTES = 1024 ** 3 // of all files together
const KEPT = 4 // packs that stay unpacked in a state folder
const LEFT_OUT = /^wippy\.(?:config\.\w+|lock)$|\.wapp(?:\.part)?$/ // said by wippy.config.json, and packs
const COMPONENTS = ['plugin.component', 'function.wasm']

export type PackedFile = readonly [path: string, bytes: Uint8Array]

const refuse = (code: string, message: string, hint: string, file?: string): WippyError =>
  new WippyError(code, Kind.Invalid, message, { hint, retryable: false, ...(file !== undefined && { where: { file } }) })

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      const path = join(folder, item.name)
      if (item.isDirectory()) return isHidden(item.name) ? [] : filesBelow(path)
      return statSync(path).isFile() && !LEFT_OUT.test(item.name) ? [path] : []
    })

/** The file of a component that an entry names, and from where it is named. */
const componentOf = ({ kind, data, origin }: Entry, root: string): { readonly path: string; readonly base: string } | null => {
  if (!COMPONENTS.includes(kind) || !isFields(data) || typeof data.path !== 'string' || data.fs !== undefined) return null
  return { path: data.path, base: origin?.base ?? root }
}

/** Where directories and files of an app lie in its pack: as they do below its root, those elsewhere in places of their own. */
class Layout {
  readonly #root: string
  readonly #files = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(root: string) {
    this.#root = root
  }

  get files(): readonly PackedFile[] {
    return [...this.#files]
  }

  put(path: string, bytes: Uint8Array): void {
    if (this.#files.has(path)) return
    this.#bytes += bytes.length
    if (this.#bytes > MOST_BYTES)
      throw refuse('PACK_SIZE', `the app is larger than ${MOST_BYTES} bytes`, 'Keep data beside the app, not in it.')
    this.#files.set(path, bytes)
  }

  /** Takes in a directory; returns where it lies in the pack. */
  directory(from: string, elsewhere: string): string {
    const inside = relative(this.#root, from)
    const to = inside.startsWith('..') || isAbsolute(inside) ? elsewhere : inside
    for (const file of filesBelow(from)) this.put(join(to, relative(from, file)).split(sep).join('/'), readFileSync(file))
    return to === '' ? '.' : to.split(sep).join('/')
  }

  /** Takes in a file; returns where it lies in the pack. */
  file(from: string, elsewhere: string): string {
    const inside = relative(this.#root, from)
    const to = (inside.startsWith('..') || isAbsolute(inside) ? elsewhere : inside).split(sep).join('/')
    this.put(to, readFileSync(from))
    return to
  }

  /** Takes in the component of an entry. Throws PACK_OUTSIDE when it is named by a path that would lead elsewhere from there. */
  component(entry: Entry): void {
    const named = componentOf(entry, this.#root)
    if (named === null) return
    const file = resolve(named.base, named.path)
    const inside = relative(this.#root, file)
    if (isAbsolute(named.path) || inside.startsWith('..')) {
      const where = entry.origin?.file
      throw refuse('PACK_OUTSIDE', `"${entry.id}" names ${named.path}, which lies outside the app`, 'Copy it into the app.', where)
    }
    this.put(inside.split(sep).join('/'), readFileSync(file))
  }
}

/** The bytes of a pack. Throws PACK_SIZE, PACK_OUTSIDE, and what reading the configuration throws. */
export const packApp = async (config: Config): Promise<Uint8Array> => {
  const { root, src, replacements, name } = config
  const layout = new Layout(root)
  const sources = src.map((directory, at) => layout.directory(directory, `packed/src-${at}`))
  const modules = replacements.map(({ module, path }) => [
    module,
    isPacked(path) ? layout.file(path, `packed/${module}.wapp`) : layout.directory(path, `packed/${module}`),
  ])
  const { state: _, control: __, ...written } = await writtenConfig(root)
  const settings = { ...written, src: sources, replacements: Object.fromEntries(modules) }
  const yaml = join(root, '.wippy.yaml')
  for (const entry of assemble(config).entries) layout.component(entry)
  layout.put('wippy.config.json', Buffer.from(JSON.stringify(settings, null, 2)))
  if (existsSync(yaml)) layout.put('.wippy.yaml', readFileSync(yaml))
  const body = gzipSync(encode({ name: name ?? basename(root), files: layout.files }))
  return Buffer.concat([MAGIC, Buffer.from([VERSION]), sha256(body), body])
}

const isInside = (path: unknown): path is string =>
  typeof path === 'string' &&
  path !== '' &&
  !isAbsolute(path) &&
  !path.includes('\\') &&
  !path.split('/').some((part) => ['', '.', '..'].includes(part))

const isPack = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length))

/** The files of a pack. Throws PACK_FORMAT, PACK_VERSION, PACK_DAMAGED. */
export const readPack = (bytes: Uint8Array, file: string): readonly PackedFile[] => {
  if (!isPack(bytes))
    throw refuse('PACK_FORMAT', 'this is no pack', 'Make one with "wippy pack -o FILE"; packs of other programs cannot be read.', file)
  const version = bytes[MAGIC.length]
  if (version !== VERSION)
    throw refuse(
      'PACK_VERSION',
      `this is a pack of version ${version}`,
      `This wippy reads version ${VERSION}: use the one it was made with.`,
      file,
    )
  const damaged = refuse('PACK_DAMAGED', 'the pack is torn or was altered', 'Copy it again, or make it anew.', file)
  const body = bytes.subarray(HEAD)
  if (!sha256(body).equals(bytes.subarray(MAGIC.length + 1, HEAD))) throw damaged
  const read = decode(gunzipSync(body, { maxOutputLength: MOST_BYTES + 1024 ** 2 }))
  const files = isFields(read) && Array.isArray(read.files) ? read.files : []
  const isRight = files.length > 0 && files.every((one) => Array.isArray(one) && isInside(one[0]) && one[1] instanceof Uint8Array)
  if (!isRight) throw damaged
  return files as PackedFile[]
}

/** Makes a folder another one, unless somebody else did so at the same moment. */
const put = (next: string, folder: string): void => {
  try {
    renameSync(next, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(next, { recursive: true, force: true })
  }
}

/**
 * Unpacks into a state folder, unless that was done before; returns the directory of the app. It is there whole or not at all, and of the packs
 * that were run here the last four stay. Throws as `readPack`.
 */
export const unpack = (file: string, state: string): string => {
  const bytes = readFileSync(file)
  const files = readPack(bytes, file)
  const packs = join(state, 'packs')
  const folder = join(packs, sha256(bytes).toString('hex').slice(0, 32))
  if (!existsSync(folder)) {
    const next = `${folder}.${process.pid}`
    for (const [path, content] of files) {
      makeFolder(dirname(join(next, path)))
      writeFileSync(join(next, path), content)
    }
    put(next, folder)
  }
  const now = new Date()
  utimesSync(folder, now, now)
  const all = readdirSync(packs)
    .map((name) => join(packs, name))
    .map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
  for (const { path } of all.sort((a, b) => b.at - a.at).slice(KEPT)) rmSync(path, { recursive: true, force: true })
  return folder
}
