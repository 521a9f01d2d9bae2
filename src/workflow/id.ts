// Ids of workflows: what may be one, and which one a pid names. An id stands in the pid where an ordinary process has its serial number,
// so it must not look like one.

import { createHash } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import { type Pid, parsePid } from '../pid.ts'

const SERIAL = /^0x[0-9a-f]{5,}$/
const LONGEST = 255
const HASH = 32

/** The workflow a pid names, or null when it is the pid of an ordinary process. */
export const idOf = (pid: Pid): string | null => {
  const parts = parsePid(pid)
  return parts === null || SERIAL.test(parts.uniq) ? null : parts.uniq
}

/** Throws WORKFLOW_ID. */
export const checkId = (id: string): void => {
  const isFine = id !== '' && Buffer.byteLength(id) <= LONGEST && !SERIAL.test(id) && !/[\u0000-\u001f|{}]/.test(id) && id.isWellFormed()
  if (isFine) return
  throw new WippyError('WORKFLOW_ID', Kind.Invalid, `"${id.slice(0, 80)}" cannot be the id of a workflow`, {
    retryable: false,
    hint: `An id has 1 to ${LONGEST} bytes, no control characters, none of | { }, and does not look like 0x00001.`,
  })
}

/**
 * The id of a child that is not named, from who asked for it: always the same. Of a long line it says only where that began, which is what
 * decides where its workflows run.
 */
export const childId = (parent: string, start: number, tag: number): string => {
  const plain = `${parent}/${start}/${tag}`
  if (Buffer.byteLength(plain) <= LONGEST / 2) return plain
  const [root = ''] = parent.split('/')
  const hash = createHash('sha256').update(plain).digest('hex').slice(0, HASH)
  return Buffer.byteLength(root) + HASH + 2 <= LONGEST ? `${root}/~${hash}` : plain
}
