// The log on standard error, as loud as the flags say.

import type { Config } from '../config.ts'
import { BARE, place } from '../error.ts'
import type { Entry, Log, Wippy } from '../index.ts'
import { standardError } from './outlets.ts'
import { complain } from './output.ts'
import { hushProgress } from './progress.ts'

export type Loudness = { readonly console: boolean; readonly silent: boolean; readonly verbose: boolean }

/** The process that has, or will have, the terminal; its entry once that is known. Of one that nobody reads any more nothing is said. */
export type Attended = { readonly expected: boolean; readonly entry: Entry | null; readonly isUnread: boolean }

const POSITION = /^[^\s:]+(?::[^\s:]+)?:\d+:/ // of a Lua error: src/app.lua:3:

export type RunLog = Log & {
  /** How many warnings and errors were not shown. */
  readonly hidden: number
}

/**
 * The log of a run. While a process has the terminal it is not shown unless that is asked for: what the process writes is the output. What it
 * failed with is said as it is, for that is the answer.
 */
export const logOf = (config: Config, { console, silent, verbose }: Loudness, attended: () => Attended, wippy: Wippy): RunLog => {
  const log = wippy.createLog({
    write: (line) => {
      if (silent) return
      hushProgress()
      standardError().write(line)
    },
    now: Date.now,
    format: config.logger.encoding,
    colour: process.stderr.isTTY === true && !process.env.NO_COLOR,
    level: verbose ? 'debug' : config.logger.level,
  })
  let hidden = 0
  const hushed = (level: string): boolean => {
    const { expected, entry } = attended()
    if (console || verbose || !(expected || entry)) return false
    if (level === 'warn' || level === 'error') hidden++
    return true
  }
  return {
    get hidden() {
      return hidden
    },
    now: log.now,
    write: (record) => {
      if (!hushed(record.level)) log.write(record)
    },
    record: (level, source, message, fields) => {
      const { entry, isUnread } = attended()
      if (isUnread) return
      if (level !== 'error' || source !== entry?.id) return hushed(level) ? undefined : log.record(level, source, message, fields)
      const stack = typeof fields?.stack === 'string' && !BARE.test(fields.stack) ? `\n${fields.stack}` : ''
      complain(`${POSITION.test(message) ? '' : `${place(wippy.whereOf(entry, 'data.method'))}: `}${message}${stack}`)
    },
  }
}
