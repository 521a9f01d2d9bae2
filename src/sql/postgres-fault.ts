// What PostgreSQL says (its SQLSTATE), and what becomes of connections, under our codes. Addresses are told, logins and passwords never.

import { DatabaseError } from 'pg'
import { WippyError } from '../error.ts'
import * as faults from './fault.ts'

type Make = typeof faults.failed

/** By SQLSTATE, or its class. */
const byState: Readonly<Record<string, Make>> = {
  '23505': faults.notUnique,
  '23': faults.constraintBroken,
  '25006': faults.forbidden, // a write in a transaction that only reads
  '25P02': faults.ended, // a statement before has failed
  '25P03': faults.ended, // it was idle for too long
  '28': faults.loginRefused,
  '40001': faults.conflict,
  '40P01': faults.conflict,
  '55P03': faults.conflict, // a lock that was not waited for
  '42501': faults.forbidden,
  '53': faults.unavailable, // out of connections, memory or disk
  '57014': faults.tooSlow,
  '57P': faults.unavailable, // shutting down, starting up
  '08': faults.unavailable,
  '08P01': faults.badStatement, // parameters that are missing, or too many
  '22': faults.badStatement,
  '42': faults.badStatement,
  '0A': faults.badStatement,
  '3D': faults.badStatement, // no such database
}

const detailsOf = ({ code, constraint, table, column, position }: DatabaseError) =>
  Object.fromEntries(
    Object.entries({ sqlstate: code, constraint, table, column, position: position === undefined ? undefined : Number(position) }).filter(
      ([, value]) => value !== undefined,
    ),
  )

/** For an error of a query. `isAtWork`: the server may have been carrying it out when the connection was lost. */
export const postgresFault = (error: unknown, isAtWork: boolean): WippyError => {
  if (error instanceof WippyError) return error
  if (error instanceof DatabaseError) {
    const { code = '' } = error
    if (isAtWork && /^(?:57P|08(?!P01))/.test(code)) return faults.lost(error.message, detailsOf(error))
    const make = byState[code] ?? byState[code.slice(0, 3)] ?? byState[code.slice(0, 2)] ?? faults.failed
    return make(error.message, detailsOf(error))
  }
  const { message, code } = error as { message: string; code?: string }
  return (isAtWork ? faults.lost : faults.unavailable)(code ? `${code}: ${message}` : message)
}
