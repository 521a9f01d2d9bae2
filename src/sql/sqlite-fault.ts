// What SQLite says, under our codes.

import { WippyError } from '../error.ts'
import { badStatement, conflict, constraintBroken, failed, forbidden, notUnique, unavailable } from './fault.ts'

const UNIQUE = [1555, 2067, 2579] // a primary key, a unique index, a row id

// biome-ignore format: a table
const byCode: Readonly<Record<number, typeof failed>> = {
  1: badStatement, 5: unavailable, 6: conflict, 8: forbidden, 9: conflict, 13: unavailable, 14: unavailable, 18: badStatement,
  19: constraintBroken, 20: badStatement, 23: forbidden, 25: badStatement,
}

/** For what a call of node:sqlite threw. */
export const sqliteFault = (error: unknown): WippyError => {
  if (error instanceof WippyError) return error
  const { errcode, message, code } = error as { errcode?: number; message: string; code?: string }
  if (errcode === undefined) return code?.startsWith('ERR_INVALID') ? badStatement(message) : failed(message)
  const details = { code: errcode }
  return UNIQUE.includes(errcode) ? notUnique(message, details) : (byCode[errcode & 0xff] ?? failed)(message, details)
}
