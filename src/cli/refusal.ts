// What the operating system refuses (a folder that is not there, a file that may not be written, a port that is taken) as an error for people:
// mostly it is something that was typed.

import { Kind, WippyError } from '../error.ts'

const SAID: Readonly<Record<string, readonly [kind: Kind, why: string, hint: string]>> = {
  ENOENT: [Kind.NotFound, 'there is no such file or folder', 'Check the path; a folder must be there before something is written into it.'],
  ENOTDIR: [Kind.NotFound, 'part of the path is a file, and no folder', 'Check the path.'],
  EISDIR: [Kind.Invalid, 'this is a folder', 'Name a file.'],
  EEXIST: [Kind.AlreadyExists, 'this is there already', 'Name another one.'],
  EACCES: [Kind.PermissionDenied, 'this user may not do that', 'Change the permissions, or choose another place.'],
  EPERM: [Kind.PermissionDenied, 'this user may not do that', 'Change the permissions, or choose another place.'],
  EROFS: [Kind.PermissionDenied, 'nothing can be written there', 'Choose another place.'],
  ENOSPC: [Kind.Internal, 'the disk is full', 'Free some space, and try again.'],
  EDQUOT: [Kind.Internal, 'this user may not store more', 'Free some space, and try again.'],
  EFBIG: [Kind.Internal, 'a file may not be that large', 'Choose another place, or raise the limit: ulimit -f.'],
  EMFILE: [Kind.Internal, 'too many files are open', 'Close some programs, or raise the limit: ulimit -n.'],
  EADDRINUSE: [Kind.Conflict, 'another program has this port', 'Choose another port, or end that program.'],
}

type SystemError = Error & {
  readonly code?: string | undefined
  readonly syscall?: string | undefined
  readonly path?: string | undefined
  readonly address?: string
  readonly port?: number
}

/** Why the system has refused something, in words for people, or in its own. */
export const whyRefused = (error: SystemError): string => SAID[error.code ?? '']?.[1] ?? error.message

/** The error for people; null for what is none of the system's. `subject` is what could not be used, where the error does not know. */
export const refusalOf = (error: SystemError, subject?: string): WippyError | null => {
  const said = SAID[error.code ?? '']
  if (!said || error.syscall === undefined) return null
  const [kind, why, hint] = said
  const what = subject ?? error.path ?? (error.port === undefined ? error.syscall : `${error.address ?? 'port'}:${error.port}`)
  return new WippyError('SYSTEM_REFUSED', kind, `${what}: ${why}`, { hint, cause: error })
}
