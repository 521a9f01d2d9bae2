// Who has a state folder: the one node that commands reach there, from before it can be reached until it is gone; or a command that changes what
// is stored while no node runs. The seat is a lock of the operating system: it ends with its process, however that ends.
//
// Who leaves takes the locked file away, and the folder if it was made for it. So whoever has locked a file looks whether it is still the one that
// others would find.

import { closeSync, existsSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Kind, WippyError } from '../error.ts'
import { checkReadable } from '../lmdb/fault.ts'
import { makeFolder } from '../lmdb/folder.ts'
import { isLocked, lockFile } from '../lmdb/owner.ts'
import { type Note, type Phase, readNote, removeNote, writeNote } from './address.ts'

const PATIENCE_MS = 30_000 // for a node that stops, or a command that changes what is stored
const TRIES = 20
const LOOK_MS = 20 // the end of a process is no event that another one hears of

export type Seat = {
  /** Notes how far its holder is; `path` is the socket of a node, the one it had when not given. */
  is(phase: Phase, path?: string): void
  /** Once: what is done with it afterwards, does nothing. */
  leave(): void
}

const fileOf = (folder: string): string => join(folder, 'control.lock')

/** Whether somebody has the seat of a folder. Throws STATE_UNREADABLE. */
export const isTaken = (folder: string): boolean => isLocked(fileOf(folder))

/** Which file it is, null for none: the number of one that is gone may be given to a new one. */
const identityOf = (path: string): string | null => {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false })
  return file ? `${file.ino} ${file.birthtimeNs} ${file.ctimeNs}` : null
}

const removeEmpty = (folder: string): void => {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Locks the file of a seat, and says whether the folder was made for it; null when somebody has it. */
const lock = (folder: string): { readonly made: boolean; readonly unlock: () => void } | null => {
  checkReadable(folder)
  const path = fileOf(folder)
  let made = false
  for (let tries = 1; ; tries++) {
    try {
      made = makeFolder(folder, 0o700) || made
      if (identityOf(path) === null) closeSync(openSync(path, 'a', 0o600))
      const found = identityOf(path)
      const unlock = lockFile(path, 0)
      if (unlock === null) return null
      if (found !== null && identityOf(path) === found) return { made, unlock }
      unlock()
    } catch (error) {
      if (tries === TRIES) throw error // before that, somebody may have left and taken the folder along
    }
  }
}

/**
 * Takes the seat of a folder, which is made when it is missing; null when somebody has it. `command` is what others are told of who has it. Throws
 * STATE_UNREADABLE, and what the system refuses.
 */
export const takeSeat = (folder: string, phase: Phase, command = ''): Seat | null => {
  const locked = lock(folder)
  if (locked === null) return null
  let known = ''
  let isLeft = false
  const is = (phase: Phase, path = known): void => {
    known = path
    if (!isLeft && existsSync(folder)) writeNote(folder, { pid: process.pid, phase, path, command }) // of a folder that was deleted nobody asks
  }
  const leave = (): void => {
    if (isLeft) return
    isLeft = true
    process.off('exit', leave)
    removeNote(folder)
    if (process.platform !== 'win32') rmSync(fileOf(folder), { force: true }) // there a file that is open cannot be removed
    if (locked.made) removeEmpty(folder)
    locked.unlock()
  }
  process.on('exit', leave) // also when what was to be done has failed
  try {
    is(phase)
  } catch (error) {
    leave()
    throw error
  }
  return { is, leave }
}

/**
 * Takes the seat, and waits for a node that stops or a command that changes what is stored; null when a node has it that goes on. Throws SEAT_TAKEN when
 * that takes longer than half a minute, and as `takeSeat`.
 */
export const waitForSeat = async (folder: string, phase: Phase, command = ''): Promise<Seat | null> => {
  for (const late = performance.now() + PATIENCE_MS; ; await setTimeout(LOOK_MS)) {
    const seat = takeSeat(folder, phase, command)
    if (seat !== null) return seat
    const note = readNote(folder)
    if (note?.phase === 'starting' || note?.phase === 'ready') return null
    if (performance.now() > late) throw taken(folder, note)
  }
}

const taken = (folder: string, note: Note | null): WippyError =>
  new WippyError('SEAT_TAKEN', Kind.Unavailable, `${nameOf(note)} still works on what is stored here`, {
    where: { file: folder },
    hint: `Try again when it is done${note === null ? '' : `; "kill ${note.pid}" ends it`}.`,
    retryable: true,
  })

/** The error of an app that would run beside the node that has its state folder. */
export const ownedBy = (folder: string): WippyError => {
  const note = readNote(folder)
  const isOneCommand = note?.command?.startsWith('wippy run ') === true
  const stop = `${isOneCommand ? 'It goes when it is done: wait, stop it' : 'Stop that one'}${note === null ? '' : ` ("kill ${note.pid}")`}`
  return new WippyError('STATE_OWNED', Kind.Conflict, `${nameOf(note)} runs with this state, and one node does at a time`, {
    where: { file: folder },
    details: { pid: note?.pid ?? null },
    hint: `${stop}, or give this one a state folder of its own: --set state=DIR. One command of the app runs beside it: wippy run NAME.`,
  })
}

/** Who wrote a note, in words. */
export const nameOf = (note: Note | null): string => {
  if (note === null) return 'another wippy'
  return note.command ? `"${note.command}" (process ${note.pid})` : `process ${note.pid}`
}
