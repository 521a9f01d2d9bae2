// What goes wrong with databases, under codes that stay, whatever the database calls it.
//
// `retryable` means: trying the same again may succeed, and cannot do twice what was asked for once.

import { Kind, WippyError } from '../error.ts'

type Details = Readonly<Record<string, unknown>>

const fault =
  (code: string, kind: Kind, retryable: boolean, hint?: string) =>
  (message: string, details?: Details): WippyError =>
    new WippyError(code, kind, message, { retryable, details, hint })

/** The statement makes no sense here: syntax, a table that is not there, a value of the wrong type. */
export const badStatement = fault('SQL_STATEMENT', Kind.Invalid, false)
export const notUnique = fault('SQL_UNIQUE', Kind.AlreadyExists, false)
export const constraintBroken = fault('SQL_CONSTRAINT', Kind.Invalid, false)
export const forbidden = fault('SQL_FORBIDDEN', Kind.PermissionDenied, false)
export const loginRefused = fault('SQL_LOGIN', Kind.PermissionDenied, false)
/** Others were in the way; nothing was done. */
export const conflict = fault('SQL_CONFLICT', Kind.Conflict, true)
/** It cannot be reached; nothing was done. */
export const unavailable = fault('SQL_UNAVAILABLE', Kind.Unavailable, true)
/** The connection was lost while the database was at work. */
export const lost = fault('SQL_LOST', Kind.Unavailable, false, 'It may or may not have been carried out: look before trying again.')
export const tooSlow = fault('SQL_TIMEOUT', Kind.Timeout, false)
export const waitedTooLong = fault(
  'SQL_BUSY',
  Kind.Timeout,
  true,
  'Every connection is in use: end transactions sooner, or raise pool.max_open.',
)
export const tooManyWait = fault('SQL_QUEUE_FULL', Kind.RateLimited, true, 'Ask less at once, or raise pool.queue.')
export const ended = fault('SQL_ENDED', Kind.Invalid, false)
export const failed = fault('SQL_FAILED', Kind.Internal, false)

export const canceled = (): WippyError => new WippyError('SQL_CANCELED', Kind.Canceled, 'the process has ended', { retryable: false })
