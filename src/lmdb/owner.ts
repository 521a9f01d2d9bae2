// Who may write a state folder: one process at a time.
//
// The lock is the operating system's, taken through SQLite (the one lock in Node that ends with the process that holds it, however it ends,
// and that nobody can take twice). Beside it lies the owner's process id, for people to read.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kind, WippyError } from '../error.ts'
import { openFault } from './fault.ts'

const BUSY = 5 // SQLITE_BUSY
const PATIENCE_MS = 250 // somebody may just be asking who the owner is

/** The id of the process that owns the folder, or owned it last; null when nobody ever did. */
const lastOwner = (folder: string): number | null => {
  try {
    return Number.parseInt(readFileSync(join(folder, 'owner.pid'), 'utf8'), 10) || null
  } catch {
    return null
  }
}

/** Locks of this process: one that nobody holds on to would be collected, and given up with that. */
const held = new Set<DatabaseSync>()

const isBusy = (cause: unknown): boolean => (cause as { errcode?: number }).errcode === BUSY

const owned = (folder: string): WippyError => {
  const pid = lastOwner(folder)
  return new WippyError('STATE_OWNED', Kind.Conflict, `another wippy${pid ? ` (process ${pid})` : ''} uses this state`, {
    where: { file: folder },
    details: { pid },
    hint: 'Stop it first, or give this one a state folder of its own.',
  })
}

/** Makes this process the owner of a folder; the returned function ends that. Throws STATE_OWNED when another process is. */
export const own = (folder: string): (() => void) => {
  const release = lockFile(join(folder, 'owner.lock'), PATIENCE_MS)
  if (release === null) throw owned(folder)
  writeFileSync(join(folder, 'owner.pid'), `${process.pid}\n`)
  return release
}

/** The error that `own` would throw because somebody owns the folder, or null. */
export const ownerOf = (folder: string): WippyError | null => (isLocked(join(folder, 'owner.lock')) ? owned(folder) : null)

/**
 * Locks a file, which is made when it is missing and stays, empty. Returns what unlocks it; null when it is locked, and still so when the patience
 * is over. Throws STATE_UNREADABLE.
 */
export const lockFile = (path: string, patienceMs: number): (() => void) | null => {
  let lock: DatabaseSync
  try {
    lock = new DatabaseSync(path, { timeout: patienceMs })
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    if (isBusy(cause)) return null
    throw openFault(path, cause)
  }
  held.add(lock)
  return () => {
    if (held.delete(lock)) lock.close()
  }
}

/** Whether somebody has a file locked. Throws STATE_UNREADABLE. */
export const isLocked = (path: string): boolean => {
  if (!existsSync(path)) return false
  let lock: DatabaseSync | null = null
  try {
    lock = new DatabaseSync(path, { timeout: 0, readOnly: true })
    lock.exec('SELECT 1 FROM sqlite_master')
    return false
  } catch (cause) {
    if (isBusy(cause)) return true
    if (!existsSync(path)) return false // it has just been taken away
    throw openFault(path, cause)
  } finally {
    lock?.close()
  }
}
