// Entry files, but for small ones, as they were parsed before, by the hash of their text: parsing takes a hundred times as long as reading
// what it came to.
//
//   P1 What is kept says nothing that parsing does not. What is missing, damaged or of another build is parsed, and kept again.
//   P2 It is bounded by the app: files that the last start did not read are gone after it.
//
// A file: sealed, of V8's serializer: [value, the lists of paths that entries have, for each entry which of them it has, and for all of them in
// turn line and column of the entry and of each path].

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { makeFolder } from '../lmdb/folder.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import { type Document, readDocument } from './document.ts'
import { isFields, type Spot } from './entry.ts'

const FORMAT = 1 // to be raised when files are parsed differently
const LARGE = 2 * 1024 // characters: smaller files are parsed as quickly as they are found

type Kept = readonly [value: unknown, shapes: readonly (readonly string[])[], of: Uint32Array, places: Uint32Array]

const entriesIn = (value: unknown): readonly unknown[] => (isFields(value) && Array.isArray(value.entries) ? value.entries : [])

const kept = (document: Document): Kept => {
  const shapes = new Map<string, { readonly at: number; readonly paths: readonly string[] }>()
  const of: number[] = []
  const places: number[] = []
  for (const at of entriesIn(document.value).keys()) {
    const spots = document.spots(['entries', at])
    const paths = [...spots.keys()]
    const name = JSON.stringify(paths)
    const shape = shapes.get(name) ?? { at: shapes.size, paths }
    shapes.set(name, shape)
    of.push(shape.at)
    for (const { line, column } of [document.spot(['entries', at]), ...spots.values()]) places.push(line, column)
  }
  return [document.value, [...shapes.values()].map(({ paths }) => paths), Uint32Array.from(of), Uint32Array.from(places)]
}

/** A document of what was kept: its text is parsed after all when somebody asks for a place that is no entry's. */
const documentOf = (file: string, text: string, [value, shapes, of, places]: Kept): Document => {
  let parsed: Document | null = null
  const whole = (): Document => {
    parsed ??= readDocument(file, text)
    return parsed
  }
  const starts = new Uint32Array(of.length) // in `places`
  for (let at = 1; at < of.length; at++) starts[at] = starts[at - 1]! + 2 + 2 * shapes[of[at - 1]!]!.length
  const entryOf = (path: readonly (string | number)[]): number =>
    path.length === 2 && path[0] === 'entries' && typeof path[1] === 'number' && path[1] < of.length ? path[1] : -1
  const place = (at: number): Spot => ({ line: places[at]!, column: places[at + 1]! })
  return {
    file,
    value,
    fault: null,
    spot: (path) => {
      const at = entryOf(path)
      return at < 0 ? whole().spot(path) : place(starts[at]!)
    },
    spots: (path) => {
      const at = entryOf(path)
      return at < 0 ? whole().spots(path) : new Map(shapes[of[at]!]!.map((name, i) => [name, place(starts[at]! + 2 + 2 * i)]))
    },
    problem: (...said) => whole().problem(...said),
    problemAt: (...said) => whole().problemAt(...said),
  }
}

export class ParsedFiles {
  readonly #folder: string
  readonly #used = new Set<string>()
  #isStarting = true

  /** `folder` is absolute; it is made when there is something to keep. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** As `readDocument`. */
  readonly read = (file: string, text: string): Document => {
    if (text.length < LARGE) return readDocument(file, text)
    const { createHash } = process.getBuiltinModule('node:crypto') // small apps start without it
    const name = createHash('sha256').update(`${FORMAT} ${process.versions.v8} `).update(text).digest('hex')
    const found = this.#find(name)
    if (found) return documentOf(file, text, found)
    const document = readDocument(file, text)
    if (this.#isStarting && document.fault === null) this.#keep(name, document)
    return document
  }

  /** To be called when all files have been read: what was not needed goes, and what is saved from then on is only kept by the next start. */
  settle(): void {
    this.#isStarting = false
    if (this.#used.size === 0) return
    for (const name of readdirSync(this.#folder)) if (!this.#used.has(name)) rmSync(join(this.#folder, name), { force: true })
  }

  #find(name: string): Kept | null {
    try {
      const found = deserialize(unseal(readFileSync(join(this.#folder, name)), FORMAT, 'a parsed file')) as Kept
      this.#used.add(name)
      return found
    } catch {
      return null // P1
    }
  }

  #keep(name: string, document: Document): void {
    const path = join(this.#folder, name)
    try {
      makeFolder(this.#folder)
      writeFileSync(`${path}.new`, seal(serialize(kept(document)), FORMAT))
      renameSync(`${path}.new`, path)
      this.#used.add(name)
    } catch {
      // A folder that cannot be written, or a value that cannot be kept: it is parsed each time.
    }
  }
}
