// Where the history lies on the disk.
//
//   registry             "head" → [current version, newest, oldest]
//   registry.versions    id → version                            registry.changes   [id, place] → change
//   registry.entries     id → the entry as it is now             registry.clashes   id → the version at which the clash was found
//   registry.files       id → what the files say, where that is something else than the entry as it is now

import type { Batch, Environment } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { Table } from '../lmdb/table.ts'
import { decode, encodeAll } from '../msgpack.ts'

export const FORMAT = 1

export type Head = { readonly head: number; readonly newest: number; readonly oldest: number }

export class Tables {
  readonly env: Environment
  readonly about: Table<string>
  readonly versions: Table<number>
  readonly changes: Table<[number, number]>
  readonly entries: Table<string>
  readonly files: Table<string>
  readonly clashes: Table<string>

  constructor(env: Environment) {
    this.env = env
    this.about = env.table('registry')
    this.versions = env.table('registry.versions')
    this.changes = env.table('registry.changes')
    this.entries = env.table('registry.entries')
    this.files = env.table('registry.files')
    this.clashes = env.table('registry.clashes')
  }

  get head(): Head | null {
    const bytes = this.about.get('head')
    if (!bytes) return null
    const [head, newest, oldest] = decode(unseal(bytes, FORMAT, 'the head of the registry')) as [number, number, number]
    return { head, newest, oldest }
  }

  putHead(batch: Batch, { head, newest, oldest }: Head): void {
    batch.put(this.about, 'head', seal(encodeAll([head, newest, oldest]), FORMAT))
  }
}
