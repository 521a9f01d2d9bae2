// Which part of all workflows an id belongs to. A workflow and its children have one id up to the first `/`, and so one partition: a family
// is on one node.

import { crc32 } from 'node:zlib'

/** How many there are, for ever: journals that are stored lie in them. */
export const PARTITIONS = 64

export type Partitions = ReadonlySet<number>

export const ALL: Partitions = new Set(Array.from({ length: PARTITIONS }, (_, part) => part))

/** The partition of an id, from its text up to the first `/`. */
export const partitionOf = (id: string): number => {
  const end = id.indexOf('/')
  return crc32(end < 0 ? id : id.slice(0, end)) % PARTITIONS
}
