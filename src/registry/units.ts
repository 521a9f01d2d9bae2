// Durations and sizes as people write them: "30s", "1h30m", "32MiB", "1G".

import { inspect } from 'node:util'
import { Kind, WippyError } from '../error.ts'

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const POWERS = ['', 'k', 'm', 'g', 't']

const bad = (code: string, message: string, hint: string): never => {
  throw new WippyError(code, Kind.Invalid, message, { hint })
}

/** Milliseconds. Text in Go's form ("1h30m", "1.5s", "0"), days as "d"; a number is milliseconds already. */
export const parseDuration = (value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const text = typeof value === 'string' ? value.trim() : ''
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/gy)]
  if (parts.length === 0 || parts.reduce((length, part) => length + part[0].length, 0) !== text.length) {
    return bad(
      'DURATION_INVALID',
      `${inspect(value)} is not a duration`,
      'Write a number with a unit, for example "500ms", "30s" or "1h30m".',
    )
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * MILLISECONDS[unit!]!, 0)
}

/** Bytes, always powers of 1024: "32MiB", "32MB" and "32M" are one size, as they are for Go's and Java's memory flags. A number is bytes already. */
export const parseSize = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(value.trim()) : null
  if (!match)
    return bad('SIZE_INVALID', `${inspect(value)} is not a size`, 'Write a number with a unit, for example "64KiB", "32MiB" or "1G".')
  return Math.round(Number(match[1]) * 1024 ** POWERS.indexOf(match[2]!.toLowerCase()))
}
