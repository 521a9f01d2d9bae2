// What MySQL and MariaDB say (their numbers and SQLSTATE), and what becomes of connections, under our codes. Logins and passwords are never told.

import type { QueryError } from 'mysql2'
import { WippyError } from '../error.ts'
import * as faults from './fault.ts'

type Make = typeof faults.failed

const NO_TLS = 'the server offers no TLS; "tls: false" among the options does without'
const GONE = [1053, 1077, 1078, 1079, 1080, 1159, 1161, 1184, 1927, 4031]

const byNumber: ReadonlyMap<number, Make> = new Map(
  (
    [
      [faults.notUnique, [1062, 1169, 1586]],
      [faults.constraintBroken, [1048, 1216, 1217, 1263, 1364, 1451, 1452, 1557, 3819, 4025]],
      [faults.loginRefused, [1045, 1698, 2049]],
      [faults.forbidden, [1044, 1142, 1143, 1227, 1290, 1370, 1792, 1836]],
      [faults.conflict, [1205, 1213, 1614, 3572]],
      [faults.unavailable, [1040, 1041, 1203, 1226]],
      [faults.tooSlow, [1317, 1969, 3024]],
      [faults.badStatement, [1046, 1049, 1210, 1295, 1366, 1835]],
    ] as const
  ).flatMap(([make, numbers]) => numbers.map((number) => [number, make] as const)),
)

/** By the first two letters of the SQLSTATE. */
const byState: Readonly<Record<string, Make>> = {
  '23': faults.constraintBroken,
  '28': faults.loginRefused,
  '40': faults.conflict,
  '22': faults.badStatement,
  '21': faults.badStatement,
  '42': faults.badStatement,
  '0A': faults.badStatement,
}

/** Whether the server itself has said it, and of a statement. */
const isOfServer = (error: unknown): error is QueryError & { readonly errno: number } => {
  const { errno, sqlState } = error as QueryError
  return typeof errno === 'number' && errno > 0 && sqlState !== undefined && sqlState !== ''
}

/** Whether the connection cannot be used any more. */
export const isMysqlLost = (error: unknown): boolean =>
  !(error instanceof WippyError) && (!isOfServer(error) || GONE.includes(error.errno) || error.fatal === true)

/** For an error of a query. `isAtWork`: the server may have been carrying it out when the connection was lost. */
export const mysqlFault = (error: unknown, isAtWork: boolean): WippyError => {
  if (error instanceof WippyError) return error
  const { message, code } = error as QueryError
  if (isOfServer(error)) {
    const { errno, sqlState = '' } = error
    const details = { errno, sqlstate: sqlState }
    if (GONE.includes(errno)) return (isAtWork ? faults.lost : faults.unavailable)(message, details)
    const make = byNumber.get(errno) ?? byState[sqlState.slice(0, 2)] ?? faults.failed
    const told = make === faults.loginRefused ? 'the user or the password is refused' : message
    return make(told, details)
  }
  if (/NO_SSL/.test(code ?? '')) return faults.unavailable(NO_TLS)
  return (isAtWork ? faults.lost : faults.unavailable)(code && !message.includes(code) ? `${code}: ${message}` : message)
}
