// The host half of `logger`: processes cast their records here; the host turns them into lines.
//
// L1 A process may write only so many lines and bytes per second; what is beyond is dropped and counted, and the count is one line.
// L2 A record beyond the quota is dropped unread, where it lies: flooding costs the host next to nothing.

import { consoleLine, jsonLine, type Level, type LogRecord, levels } from './log-line.ts'
import type { Call, Caller, Service } from './service.ts'

export type LogOptions = {
  /** Takes one line, newline included. */
  write(line: string): void
  /** Milliseconds since the epoch. */
  now(): number
  readonly format: 'console' | 'json'
  /** Only for a terminal. */
  readonly colour?: boolean
  /** The least level that is written; "debug" when not given. */
  readonly level?: Level
}

/** Where log lines go; the runtime's own parts use it as well as processes. */
export type Log = {
  /** Writes one record at once. */
  record(level: Level, source: string, message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Writes a record that is already whole. */
  write(record: LogRecord): void
  now(): number
}

/** A log of the records of `level` and above, a line each. */
export const createLog = (options: LogOptions): Log => {
  const least = levels.indexOf(options.level ?? 'debug')
  const write = (record: LogRecord): void => {
    if (levels.indexOf(record.level) < least) return
    options.write(`${options.format === 'json' ? jsonLine(record) : consoleLine(record, options.colour ?? false)}\n`)
  }
  return {
    now: options.now,
    write,
    record: (level, source, message, fields = {}) =>
      write({ timeMs: options.now(), level, source, message, fields: Object.entries(fields) }),
  }
}

/** A log that nobody reads. */
export const silentLog = (): Log => createLog({ write: () => {}, now: Date.now, format: 'json', level: 'error' })

export type LogLimits = { readonly linesPerSecond: number; readonly bytesPerSecond: number }

const LIMITS: LogLimits = { linesPerSecond: 1_000, bytesPerSecond: 1_048_576 }

/** What one process, or plugin, has written in the current second. */
export class LogQuota {
  #second = -1
  #lines = 0
  #bytes = 0
  #dropped = 0
  readonly #limits: LogLimits

  constructor(limits: LogLimits = LIMITS) {
    this.#limits = limits
  }

  /** True when a record of `bytes` may be written now. */
  take(bytes: number, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#lines = 0
      this.#bytes = 0
    }
    this.#lines++
    this.#bytes += bytes
    const fits = this.#lines <= this.#limits.linesPerSecond && this.#bytes <= this.#limits.bytesPerSecond
    if (!fits) this.#dropped++
    return fits
  }

  /** How many were dropped since the last time this was asked. */
  settle(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }
}

/** `logger.log` (a cast) to a level: message, fields, name, location. Whatever is missing or odd is left out; logging never fails. */
export const loggerService = (log: Log, limits: LogLimits = LIMITS): Service => {
  const quotas = new Map<string, LogQuota>()

  const quotaOf = (caller: Caller): LogQuota => {
    const known = quotas.get(caller.pid)
    if (known) return known
    const quota = new LogQuota(limits)
    quotas.set(caller.pid, quota)
    caller.onEnd(() => {
      quotas.delete(caller.pid)
      tellDropped(caller, quota)
    })
    return quota
  }

  const tellDropped = (caller: Caller, quota: LogQuota): void => {
    const dropped = quota.settle()
    if (dropped === 0) return
    const fields = [['dropped', dropped]] as const
    log.write({
      timeMs: log.now(),
      level: 'warn',
      source: caller.entry,
      message: 'log lines dropped, too many per second',
      fields,
      pid: caller.pid,
    })
  }

  const write = (call: Call): readonly unknown[] => {
    const { caller } = call
    const timeMs = log.now()
    const quota = quotaOf(caller)
    if (!quota.take(call.raw.length, timeMs)) return []
    tellDropped(caller, quota)
    const [message, fields, name, location] = call.args
    log.write({
      timeMs,
      level: levels.find((known) => known === call.target) ?? 'info',
      source: typeof name === 'string' && name !== '' ? `${caller.entry}/${name}` : caller.entry,
      message: textOf(message),
      fields: pairs(fields),
      pid: caller.pid,
      location: typeof location === 'string' ? location : undefined,
    })
    return []
  }

  return { name: 'logger', operations: { 'logger.log': write }, fleeting: ['logger.log'] }
}

const textOf = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value ?? ''))

const MOST_FIELDS = 257 // those of runtime-lua/logger.lua, and what says how many more there were

// Lua tables have no order: sorted, lines of one kind look alike.
const pairs = (fields: unknown): [string, unknown][] => {
  const all =
    fields instanceof Map
      ? [...fields]
      : typeof fields === 'object' && fields !== null && !Array.isArray(fields)
        ? Object.entries(fields)
        : []
  return all
    .slice(0, MOST_FIELDS)
    .filter((pair): pair is [string, unknown] => typeof pair[0] === 'string')
    .sort(([a], [b]) => (a < b ? -1 : 1))
}
