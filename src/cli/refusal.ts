// Why a command did not do what it was asked for, said to people or to a program, and told by the exit code.

import { describe, Kind, WippyError } from '../error.ts'
import { complain, json } from './output.ts'
import { Quit } from './quit.ts'

/** What a program can tell apart. */
const EXITS: Readonly<Partial<Record<Kind, number>>> = {
  [Kind.NotFound]: 4,
  [Kind.PermissionDenied]: 5,
  [Kind.Unavailable]: 7,
  [Kind.Timeout]: 8,
  [Kind.Conflict]: 9,
}

/** Says a refusal and gives what ends the program; what is none is given back as it is. */
export const refusal = (error: unknown, asJson = false): unknown => {
  if (!(error instanceof WippyError)) return error
  const { code, message, hint, where } = error
  complain(asJson ? json({ $type: 'error', v: 1, code, message, hint, where }) : describe(error))
  return new Quit(EXITS[error.kind] ?? 1)
}
