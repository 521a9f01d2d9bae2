// Time zones as tables of periods with one offset, worked out from what Intl knows: no data files, the same on every platform.
//
// The table covers 1840 to 2100; before and after, the first and last offset go on. Working one out takes tens of milliseconds, so it is done
// in slices that let the event loop run, once per zone. Periods shorter than STEP_DAYS are not seen.

import { setImmediate } from 'node:timers/promises'

/** `packed`: per period nine bytes, little endian: since when (i40 seconds), offset east (i24 seconds), index from 1 of the abbreviation. */
export type Zone = { readonly packed: Uint8Array; readonly abbreviations: readonly string[] }

const STEP_DAYS = 10
const DAY = 86_400
const FIRST = Date.UTC(1840, 0, 1) / 1000
const DENSE = Date.UTC(1900, 0, 1) / 1000 // before, zones changed once, to standard time
const LAST = Date.UTC(2100, 0, 1) / 1000
const BEGINNING = -(2 ** 39) // least value of five bytes
const SLICE = 400 // samples between two turns of the event loop

/** The zone of this machine, as TZ or the system says. */
export const localZoneName = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** Whether there is a zone of that name. Offsets like "+02:00" are none. */
export const isZoneName = (name: string): boolean => {
  if (name.length > 64 || !/^[A-Za-z][\w+\-/]*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

type Offset = (seconds: number) => number

// Seconds by which the zone's wall clock is ahead of UTC.
const offsets = (name: string): Offset => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (seconds) => {
    const [month, day, year, hour, minute, second] = format
      .format(seconds * 1000)
      .match(/\d+/g)!
      .map(Number) as Fields
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - seconds
  }
}
type Fields = [month: number, day: number, year: number, hour: number, minute: number, second: number]

// The first second after `low` at which the offset is no longer that of `low`; it is known to differ at `high`.
const bisect = (offset: Offset, low: number, high: number): number => {
  const before = offset(low)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(middle) === before) low = middle
    else high = middle
  }
  return high
}

// Intl says "GMT+9" where a locale has no letters for a zone; these are the best known ones, by hours east.
const LETTERS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'Africa/Cairo': { 2: 'EET', 3: 'EEST' },
  'America/Havana': { '-5': 'CST', '-4': 'CDT' },
  'Asia/Hong_Kong': { 8: 'HKT' },
  'Asia/Jakarta': { 7: 'WIB' },
  'Asia/Jerusalem': { 2: 'IST', 3: 'IDT' },
  'Asia/Karachi': { 5: 'PKT' },
  'Asia/Manila': { 8: 'PST' },
  'Asia/Seoul': { 9: 'KST' },
  'Asia/Shanghai': { 8: 'CST', 9: 'CDT' },
  'Asia/Taipei': { 8: 'CST' },
  'Asia/Tokyo': { 9: 'JST', 10: 'JDT' },
  'Europe/Moscow': { 3: 'MSK', 4: 'MSD' },
}
const LOCALES = ['en-US', 'en-GB', 'en-IE', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA']

const LETTERED = /^[A-Z]+$/

const numeric = (offset: number): string => {
  const minutes = Math.trunc(Math.abs(offset) / 60)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}${minutes % 60 ? two(minutes % 60) : ''}`
}

// What stands behind a time in each period: letters in the first locale that has them for winter and summer, else the offset as in tzdata
// ("+03"). Intl has none for times before 1970; those get what the offset was called later. Offsets of seconds are local mean times.
const abbreviations = (name: string, periods: readonly Period[]): readonly string[] => {
  const naming = (locale: string) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' })
    return (seconds: number): string => format.formatToParts(seconds * 1000).find((part) => part.type === 'timeZoneName')?.value ?? ''
  }
  const samples = [Date.UTC(2024, 0, 1) / 1000, Date.UTC(2024, 6, 1) / 1000]
  const named = LOCALES.map(naming).find((short) => samples.every((at) => LETTERED.test(short(at))))
  const later = new Map<number, string>()
  return periods
    .toReversed()
    .map(({ until, offset }) => {
      if (offset % 60 !== 0) return 'LMT'
      const known = LETTERS[name]?.[offset / 3600] ?? named?.(until - 1) ?? ''
      if (!LETTERED.test(known)) return later.get(offset) ?? numeric(offset)
      later.set(offset, known)
      return known
    })
    .toReversed()
}

type Period = { readonly since: number; until: number; readonly offset: number }

const periods = async (offset: Offset): Promise<readonly Period[]> => {
  let last: Period = { since: BEGINNING, until: LAST, offset: offset(FIRST) }
  const found = [last]
  let samples = 0
  for (let low = FIRST; low < LAST; ) {
    const high = low + (low < DENSE ? 365 : STEP_DAYS) * DAY
    if (offset(high) === last.offset) low = high
    else {
      low = bisect(offset, low, high)
      last.until = low
      last = { since: low, until: LAST, offset: offset(low) }
      found.push(last)
      samples += 20
    }
    if (++samples % SLICE === 0) await setImmediate()
  }
  return found
}

/** The table of a zone whose name was found good. */
export const zoneTable = async (name: string): Promise<Zone> => {
  const found = await periods(offsets(name))
  const shorts = abbreviations(name, found)
  const names = [...new Set(shorts)]
  const packed = new Uint8Array(found.length * 9)
  const view = new DataView(packed.buffer)
  found.forEach(({ since, offset }, index) => {
    const start = index * 9
    view.setUint32(start, since >>> 0, true)
    view.setInt8(start + 4, Math.floor(since / 2 ** 32))
    view.setInt16(start + 5, offset & 0xffff, true)
    view.setInt8(start + 7, offset >> 16)
    packed[start + 8] = names.indexOf(shorts[index]!) + 1
  })
  return { packed, abbreviations: names }
}
