// The log as events of the system `logs`, for those who keep it, show it or count it: one `logs.entry` for each record, in upstream's words.

import { jsonLine } from '../json.ts'
import type { LogRecord } from './log-line.ts'

/** Upstream's numbers for levels. */
const NUMBERS = { debug: -1, info: 0, warn: 1, error: 2 } as const

const fieldOf = ([key, value]: readonly [string, unknown]) =>
  Number.isSafeInteger(value)
    ? { key, type: 'int64', string: '', int: value }
    : {
        key,
        type: 'string',
        string: typeof value === 'string' || typeof value === 'bigint' ? String(value) : (jsonLine(value) ?? ''),
        int: 0,
      }

/** What an event says of a record. A stack is no field of it. */
export const logEvent = ({ timeMs, level, source, message, fields, pid, location }: LogRecord) => {
  const all = [...fields]
  const stack = all.find(([key]) => key === 'stack')?.[1]
  const told = all.filter(([key]) => key !== 'stack')
  return {
    entry: {
      level: NUMBERS[level],
      time: BigInt(Math.round(timeMs * 1000)) * 1000n,
      logger_name: source,
      message,
      caller: location ?? '',
      stack: typeof stack === 'string' ? stack : '',
    },
    fields: (pid === undefined ? told : [...told, ['pid', pid] as const]).map(fieldOf),
  }
}
