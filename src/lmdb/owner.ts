// Who may write a state folder: one process at a time.
//
// The lock is the operating system's, taken through SQLite (the one lock in Node that ends with the process that holds it, however it ends,
// and that nobody can take twice). Beside it lies the owner's process id, for people to read.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kind, WippyError } from '../error.ts'
import { openFault } from './fault.ts'

const BUSY = 5 // SQLITE_BUSY

/** The id of the process that owns the folder, or owned it last; null when nobody ever did. */
const lastOwner = (folder: string): number | null => {
  try {
    return Number.parseInt(readFileSync(join(folder, 'owner.pid'), 'utf8'), 10) || null
  } catch {
    return null
  }
}

/** Makes this process the owner of a folder; the returned function ends that. Throws STATE_OWNED when another process is. */
export const own = (folder: string): (() => void) => {
  const path = join(folder, 'owner.lock')
  let lock: DatabaseSync
  try {
    lock = new DatabaseSync(path, { timeout: 0 })
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (cause) {
    if ((cause as { errcode?: number }).errcode !== BUSY) throw openFault(path, cause)
    const pid = lastOwner(folder)
    throw new WippyError('STATE_OWNED', Kind.Conflict, `another wippy${pid ? ` (process ${pid})` : ''} uses this state`, {
      where: { file: folder },
      details: { pid },
      hint: 'Stop it first, or give this one a state folder of its own.',
    })
  }
  writeFileSync(join(folder, 'owner.pid'), `${process.pid}\n`)
  return () => lock.close()
}
