// Dates and times as databases write them, in the one form that Lua sees: RFC 3339, in UTC, with as much of a second as was kept.

const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?)?)?$/

const offsetMs = (zone: string | undefined): number => {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.slice(1).replaceAll(':', '').padEnd(6, '0')
  const ms = ((Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4))) * 60 + Number(digits.slice(4, 6))) * 1000
  return zone[0] === '-' ? -ms : ms
}

const print = (ms: number, fraction: string): string => `${new Date(ms).toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`

/** Text that is no date (`infinity`, a year of five digits) stays as it is. */
export const timestampOf = (text: string): string => {
  const parts = WRITTEN.exec(text)
  if (!parts) return text
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = parts
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? text : print(ms - offsetMs(zone), fraction.replace(/0+$/, ''))
}

const MILLISECONDS_FROM = 1_000_000_000_000n // what is larger counts milliseconds, not seconds

/** Seconds, or milliseconds, since 1970. A number that is no time stays what it is. */
export const timestampOfCount = (count: bigint): string | bigint => {
  const inMs = count > MILLISECONDS_FROM || count < -MILLISECONDS_FROM
  const ms = Number(count) * (inMs ? 1 : 1000)
  if (Math.abs(ms) > 8.64e15) return count
  return print(
    ms,
    inMs && ms % 1000 !== 0
      ? String(((ms % 1000) + 1000) % 1000)
          .padStart(3, '0')
          .replace(/0+$/, '')
      : '',
  )
}
