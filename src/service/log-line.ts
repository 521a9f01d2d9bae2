// One log record as one line of text: for people (console) or machines (json).
//
// Invariants: a line holds no newline and no control or direction character of the record, so nobody can forge a second line or
// command the terminal; message and fields are cut at MAX_LINE characters each.

import { WippyError } from '../error.ts'

export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

export type LogRecord = {
  readonly timeMs: number
  readonly level: Level
  /** Who speaks: an entry id, with the logger's name behind it (`app:worker/db`). */
  readonly source: string
  readonly message: string
  readonly fields: Iterable<readonly [string, unknown]>
  readonly pid?: string | undefined
  /** `file:line` of the call. */
  readonly location?: string | undefined
}

export const MAX_LINE = 16_384

// Control characters, line separators, and the marks that turn the direction of text.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const unicode = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

const printable = (text: string): string => text.replace(UNSAFE, (char) => escapes[char] ?? unicode(char))
const cut = (line: string): string => (line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}… (${line.length - MAX_LINE} more)`)

/** A value as JSON can show it: bytes as text, errors as their message, big integers and odd numbers as strings. */
const simple = (value: unknown): unknown => {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (value instanceof WippyError) return value.text
  if (Array.isArray(value)) return value.map(simple)
  if (typeof value !== 'object' || value === null) return value
  const object: Record<string, unknown> = Object.create(null)
  for (const [key, item] of value instanceof Map ? value : Object.entries(value)) object[String(key)] = simple(item)
  return object
}

const json = (value: unknown): string => (JSON.stringify(simple(value)) ?? 'null').replace(UNSAFE, unicode)

const PLAIN = /^[^\s"=]+$/
const shown = (value: unknown): string => {
  const text = simple(value)
  if (typeof text !== 'string') return json(text)
  return PLAIN.test(text) && printable(text) === text ? text : json(text)
}

const RESET = '\u001b[0m'
const DIM = '\u001b[2m'
const colours: Readonly<Record<Level, string>> = { debug: '\u001b[36m', info: '\u001b[32m', warn: '\u001b[33m', error: '\u001b[31m' }

/** A field beside the runtime's own `pid`: said once when it is the same, and under another name when it is not. */
const pairOf = (pid: string | undefined, key: string, value: unknown): readonly string[] => {
  if (key !== 'pid' || pid === undefined) return [`${shown(key)}=${shown(value)}`]
  return value === pid ? [] : [`fields.pid=${shown(value)}`]
}

/** `2026-01-02T03:04:05.678Z INFO  app:worker  message  key=value pid={app:processes|0x00002}` */
export const consoleLine = (record: LogRecord, colour: boolean): string => {
  const paint = (code: string, text: string) => (colour ? `${code}${text}${RESET}` : text)
  const time = new Date(record.timeMs).toISOString()
  const pairs = [...record.fields].flatMap(([key, value]) => pairOf(record.pid, key, value))
  if (record.pid !== undefined) pairs.push(`pid=${shown(record.pid)}`)
  const tail = pairs.length > 0 ? `  ${paint(DIM, cut(pairs.join(' ')))}` : ''
  const level = paint(colours[record.level], record.level.toUpperCase().padEnd(5))
  return `${paint(DIM, time)} ${level} ${printable(record.source)}  ${cut(printable(record.message))}${tail}`
}

/** One JSON object; fields of the record stand under `fields`, so that they cannot pass for the runtime's own. */
export const jsonLine = (record: LogRecord): string => {
  const fields = new Map(record.fields)
  return json({
    time: new Date(record.timeMs).toISOString(),
    level: record.level,
    source: record.source,
    message: cut(record.message),
    ...(record.pid === undefined ? {} : { pid: record.pid }),
    ...(record.location === undefined ? {} : { location: record.location }),
    ...(fields.size === 0 ? {} : { fields: bounded(fields) }),
  })
}

const bounded = (fields: Map<string, unknown>): unknown => {
  const { length } = json(fields)
  return length <= MAX_LINE ? fields : { cut: length }
}
