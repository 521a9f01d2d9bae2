// The head of an LMDB file, looked at before LMDB maps it: it takes what the head says on trust, and a file that is none ends the process.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { corrupt } from './fault.ts'

const MAGIC = 0xbeefc0de
const META = 24 // where a meta page's fields begin
const PAGE_SIZE = 48
const ROOTS = [88, 136] as const // of the free list and of the main tree
const TRANSACTION = 152
const LONGEST = 160
const NONE = 0xffffffffffffffffn

const metaAt = (file: number, position: number): DataView | null => {
  const bytes = new Uint8Array(LONGEST)
  const read = readSync(file, bytes, 0, LONGEST, position)
  const view = new DataView(bytes.buffer)
  return read === LONGEST && view.getUint32(META, true) === MAGIC ? view : null
}

/** Throws STATE_CORRUPT unless the file begins as LMDB's do, and is long enough for the trees it says it has. An empty file is a new one. */
export const checkHeader = (path: string): void => {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size === 0) return
    const first = metaAt(file, 0)
    const pageSize = first?.getUint32(PAGE_SIZE, true) ?? 0
    const second = pageSize > 0 ? metaAt(file, pageSize) : null
    if (!first || !second) throw corrupt(path, 'this is not a file of LMDB')
    const newest = first.getBigUint64(TRANSACTION, true) > second.getBigUint64(TRANSACTION, true) ? first : second
    for (const at of ROOTS) {
      const page = newest.getBigUint64(at, true)
      if (page !== NONE && (page + 1n) * BigInt(pageSize) > BigInt(size)) throw corrupt(path, 'the file has been cut short')
    }
  } finally {
    closeSync(file)
  }
}
