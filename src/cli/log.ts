// The log on standard error, as loud as the flags say.

import type { Config } from '../config.ts'
import { place } from '../error.ts'
import type { Entry, Log, Wippy } from '../index.ts'
import { complain } from './output.ts'

export type Loudness = { readonly console: boolean; readonly silent: boolean; readonly verbose: boolean }

/** The process that has, or will have, the terminal; its entry once that is known. */
export type Attended = { readonly expected: boolean; readonly entry: Entry | null }

const POSITION = /^[^\s:]+(?::[^\s:]+)?:\d+:/ // of a Lua error: src/app.lua:3:
const BARE = /^stack traceback:\s*$/

/**
 * The log of a run. While a process has the terminal only warnings and errors are shown, unless more is asked for; and what that process
 * failed with is said as it is: it is the answer, not one line among many.
 */
export const logOf = (config: Config, { console, silent, verbose }: Loudness, attended: () => Attended, wippy: Wippy): Log => {
  const log = wippy.createLog({
    write: (line) => {
      if (!silent) process.stderr.write(line)
    },
    now: Date.now,
    format: config.logger.encoding,
    colour: process.stderr.isTTY === true && !process.env.NO_COLOR,
    level: verbose ? 'debug' : config.logger.level,
  })
  const hushed = (level: string): boolean => {
    if (console || verbose || level === 'warn' || level === 'error') return false
    const { expected, entry } = attended()
    return expected || entry !== null
  }
  return {
    now: log.now,
    write: (record) => {
      if (!hushed(record.level)) log.write(record)
    },
    record: (level, source, message, fields) => {
      const { entry } = attended()
      if (level !== 'error' || source !== entry?.id) return hushed(level) ? undefined : log.record(level, source, message, fields)
      const stack = typeof fields?.stack === 'string' && !BARE.test(fields.stack) ? `\n${fields.stack}` : ''
      complain(`${POSITION.test(message) ? '' : `${place(wippy.whereOf(entry, 'data.method'))}: `}${message}${stack}`)
    },
  }
}
