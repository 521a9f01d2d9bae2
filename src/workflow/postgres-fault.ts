// What PostgreSQL says, and what becomes of connections, as faults of the store of workflows. Addresses are told, logins and passwords never.

import { DatabaseError } from 'pg'
import { Kind, WippyError } from '../error.ts'

/** Others were in the way, or it had no room: nothing was done, and the same again may succeed. */
const BUSY = /^(?:40001|40P01|53|55P03|57014|25P0)/
/** It goes down, comes up, or only reads. */
const DOWN = /^(?:57P|08(?!P01)|25006)/
const LOGIN = /^28/
const NO_DATABASE = '3D000'

type Details = Readonly<Record<string, unknown>>

const fault = (code: string, kind: Kind, message: string, retryable: boolean, hint?: string, details?: Details): WippyError =>
  new WippyError(code, kind, message, { retryable, hint, details })

/** It cannot be reached: nothing was done. */
export const away = (why: string, where: string): WippyError =>
  fault(
    'WORKFLOW_STORE_AWAY',
    Kind.Unavailable,
    `the database of workflows at ${where} cannot be reached: ${why}`,
    true,
    'Workflows wait until it is back, and nothing of them is lost.',
  )

/** The connection was lost in the middle: it may have been done, or not. */
export const lost = (why: string, where: string): WippyError =>
  fault('WORKFLOW_STORE_LOST', Kind.Unavailable, `the connection to the database of workflows at ${where} was lost: ${why}`, true)

export const closed = (): WippyError => fault('WORKFLOW_STORE_CLOSED', Kind.Unavailable, 'the store of workflows has been closed', false)

export const tooManyWait = (): WippyError =>
  fault('WORKFLOW_STORE_BUSY', Kind.RateLimited, 'too many messages wait for the database of workflows', true)

/** The text of an error, also of one that stands for several addresses. */
const textOf = (error: unknown): string => {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: readonly Error[] }
  if (errors !== undefined && errors[0] !== undefined) return textOf(errors[0])
  return message || code || String(error)
}

/** `isAtWork`: the server may have been carrying it out. `where` is host and port. */
export const storeFault = (error: unknown, isAtWork: boolean, where: string): WippyError => {
  if (error instanceof WippyError) return error
  if (error instanceof TypeError || error instanceof RangeError) return fault('INTERNAL', Kind.Internal, String(error), false)
  if (!(error instanceof DatabaseError)) return isAtWork ? lost(textOf(error), where) : away(textOf(error), where)
  const { code = '', message } = error
  const details = { sqlstate: code }
  if (DOWN.test(code)) return isAtWork && code !== '25006' ? lost(message, where) : away(message, where)
  if (BUSY.test(code)) return fault('WORKFLOW_STORE_BUSY', Kind.Conflict, message, true, undefined, details)
  if (LOGIN.test(code))
    return fault('WORKFLOW_STORE_LOGIN', Kind.PermissionDenied, `${where} refuses the login: ${message}`, false, 'Look at workflow.url.')
  if (code === NO_DATABASE)
    return fault('WORKFLOW_STORE_DATABASE', Kind.NotFound, `${where}: ${message}`, false, 'Create it, or name another in workflow.url.')
  return fault('WORKFLOW_STORE', Kind.Internal, `the database of workflows at ${where} says: ${message}`, false, undefined, details)
}

/** Whether a connection is of no use any more. What the server says of one statement leaves it as it was. */
export const isBroken = ({ code }: WippyError): boolean => code === 'WORKFLOW_STORE_LOST' || code === 'WORKFLOW_STORE_AWAY'
