// The name of a process as text: `{host|uniq}`, or `{node@host|uniq}` on a node with a name.
//
// `uniq` of a process is its serial, `0x` and at least five hexadecimal digits; of a workflow it is any text. There is one way to write a
// serial (lower case, no zeros in front beyond five digits), so two pids are the same process exactly when their bytes are equal.

/** A process identifier. Compare with `===`. */
export type Pid = string & { readonly __pid: never }

/** `node` is empty where the text has none. */
export type PidParts = { readonly node: string; readonly host: string; readonly uniq: string }

const DIGITS = 5 // at least
const MAX_DIGITS = 14 // what a safe integer has at most

/** In: 1. Out: `0x00001`. */
const serialText = (serial: number): string => `0x${serial.toString(16).padStart(DIGITS, '0')}`

/** In: `app:processes`, 1. Out: `{app:processes|0x00001}`. A text instead of a serial is taken as it is. */
export const formatPid = (host: string, uniq: number | string, node = ''): Pid =>
  `{${node === '' ? '' : `${node}@`}${host}|${typeof uniq === 'number' ? serialText(uniq) : uniq}}` as Pid

/** The parts of a pid, or null when the text is none. */
export const parsePid = (text: string): PidParts | null => {
  const bar = text.indexOf('|')
  if (bar < 0 || text[0] !== '{' || text[text.length - 1] !== '}') return null
  const place = text.slice(1, bar)
  const at = place.indexOf('@')
  return { node: at < 0 ? '' : place.slice(0, at), host: place.slice(at + 1), uniq: text.slice(bar + 1, -1) }
}

/**
 * The serial at the end of a pid's bytes, or -1 when they do not end like one. Allocates nothing. What stands before the serial is not
 * looked at: the caller compares the whole with the pid of the process it finds.
 */
export const serialOf = (bytes: Uint8Array, start: number, end: number): number => {
  let at = end - 2
  if (at - DIGITS - 3 < start || bytes[end - 1] !== 0x7d || bytes[start] !== 0x7b) return -1
  let serial = 0
  let weight = 1
  let digit = 0
  for (const last = at - MAX_DIGITS; at > last; at--, weight *= 16) {
    const byte = bytes[at]!
    if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30
    else if (byte >= 0x61 && byte <= 0x66) digit = byte - 0x57
    else break
    serial += digit * weight
  }
  const digits = end - 2 - at
  if (digits < DIGITS || (digits > DIGITS && digit === 0)) return -1
  return at - 2 > start && bytes[at] === 0x78 && bytes[at - 1] === 0x30 && bytes[at - 2] === 0x7c ? serial : -1
}
