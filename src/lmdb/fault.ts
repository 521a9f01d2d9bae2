// What LMDB and the file system say, in our words.

import { statSync } from 'node:fs'
import { sep } from 'node:path'
import { type ErrorFields, Kind, WippyError } from '../error.ts'

const text = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export const corrupt = (file: string, why: string, fields: ErrorFields = {}): WippyError =>
  new WippyError('STATE_CORRUPT', Kind.Internal, `the stored state is damaged: ${why}`, {
    where: { file },
    hint: 'Restore the state folder from a backup, or move it away to begin anew from the files.',
    ...fields,
  })

export const newer = (file: string, what: string, found: number, known: number): WippyError =>
  new WippyError('STATE_NEWER', Kind.Invalid, `${what} has format ${found}, and this wippy knows up to ${known}`, {
    where: { file },
    hint: 'It was written by a newer wippy: update this one.',
  })

/**
 * Throws STATE_UNREADABLE when a folder is there that this user may not look into: what is stored in it would seem not to be. One that is not there is
 * no reason.
 */
export const checkReadable = (folder: string): void => {
  try {
    statSync(`${folder}${sep}.`)
  } catch (cause) {
    if (!['EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')) return
    throw new WippyError('STATE_UNREADABLE', Kind.PermissionDenied, 'this user may not read the state', {
      where: { file: folder },
      hint: 'Do this as the user whose state it is, or work with another state folder: --state DIR, or --set state=DIR.',
      cause,
    })
  }
}

/** The error for a state that cannot be opened. */
export const openFault = (file: string, cause: unknown): WippyError => {
  const message = `the state cannot be opened: ${text(cause)}`
  const hint = 'Check that the folder can be read and written by this user, or choose another one: --set state=DIR.'
  return new WippyError('STATE_UNREADABLE', Kind.Unavailable, message, { where: { file }, hint, cause })
}

const FULL: ReadonlySet<unknown> = new Set([28, -28, 'ENOSPC', 122, 'EDQUOT', -30792])

/** The error for a write that did not happen. */
export const writeFault = (file: string, cause: unknown): WippyError => {
  const code = (cause as { code?: unknown }).code
  if (FULL.has(code)) {
    const hint = 'Free some space; what was not written was not done, and can be tried again.'
    return new WippyError('STATE_FULL', Kind.Unavailable, 'the disk is full: nothing was written', {
      where: { file },
      hint,
      cause,
      retryable: true,
    })
  }
  return new WippyError('STATE_WRITE', Kind.Unavailable, `the state could not be written: ${text(cause)}`, { where: { file }, cause })
}
