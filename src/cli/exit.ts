// Exit codes: of which sort a failure was, for scripts that decide by it.
//
//   0 done   1 failed   2 typed wrong   3 wrong in the app's files   4 not found   5 not allowed   7 nobody there   8 too late   9 somebody else was first
//   129, 130, 143 ended by SIGHUP, Ctrl-C, SIGTERM   141 nobody reads what a process writes
// Of `wippy run TARGET` the code is the result of the target, whatever the number.

import { Kind, type WippyError } from '../error.ts'

export const Exit = {
  failed: 1,
  usage: 2,
  app: 3,
  notFound: 4,
  denied: 5,
  unavailable: 7,
  timeout: 8,
  conflict: 9,
} as const

const BY_KIND: Readonly<Partial<Record<Kind, number>>> = {
  [Kind.NotFound]: Exit.notFound,
  [Kind.PermissionDenied]: Exit.denied,
  [Kind.Unavailable]: Exit.unavailable,
  [Kind.Timeout]: Exit.timeout,
  [Kind.Conflict]: Exit.conflict,
  [Kind.AlreadyExists]: Exit.conflict,
}

/** The exit code for an error. What is wrong at a line of a file is the app's, whatever its kind; what is wrong nowhere was typed. */
export const exitOf = ({ code, kind, where }: WippyError): number => {
  if (code === 'COMMAND_UNKNOWN') return Exit.usage
  const isInFile = where?.line !== undefined
  if (kind === Kind.Conflict) return Exit.conflict
  if (isInFile) return Exit.app
  if (kind === Kind.Invalid) return where === undefined ? Exit.usage : Exit.app
  return BY_KIND[kind] ?? Exit.failed
}
