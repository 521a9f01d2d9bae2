// The items of Lua's patterns: a character, a class, a set, and what they fit; and bytes that are looked for eight at a time.

import * as lua from './lua'

const CLASSES: i32 = <i32>memory.data(1024, 16) // of each byte, a bit for each class that it belongs to: that of its letter
const LETTERS: u32 = 0b10110101001000100001001101 // those that name a class: z, xwu, s, p, l, g, dc, a

/** To be called once, at boot. */
export function defineClasses(): void {
  for (let c = 0; c < 128; c++) {
    const isLower = c >= 97 && c <= 122
    const isUpper = c >= 65 && c <= 90
    const isDigit = c >= 48 && c <= 57
    const isWord = isLower || isUpper || isDigit
    const isGraphic = c > 32 && c < 127
    belongs(c, 0, isLower || isUpper)
    belongs(c, 2, c < 32 || c == 127)
    belongs(c, 3, isDigit)
    belongs(c, 6, isGraphic)
    belongs(c, 11, isLower)
    belongs(c, 15, isGraphic && !isWord)
    belongs(c, 18, c == 32 || c >= 9 && c <= 13)
    belongs(c, 20, isUpper)
    belongs(c, 22, isWord)
    belongs(c, 23, isDigit || (c | 32) >= 97 && (c | 32) <= 102)
    belongs(c, 25, c == 0)
  }
}
/** `letter`: of the class, counted from a. */
function belongs(c: i32, letter: i32, isIn: bool): void {
  if (isIn) store<u32>(CLASSES + (c << 2), load<u32>(CLASSES + (c << 2)) | 1 << letter)
}

@inline export function byte(p: i32): i32 { return <i32>load<u8>(p) }

/** Where a byte is next; `end` when nowhere. Who looks pays: a unit for 8 bytes. */
export function find(at: i32, end: i32, c: i32): i32 {
  const wanted = <u64>c * 0x0101010101010101
  for (; at + 8 <= end; at += 8) {
    lua.paid()
    const other = load<u64>(at) ^ wanted
    if ((other - 0x0101010101010101 & ~other & 0x8080808080808080) != 0) break
  }
  while (at < end && byte(at) != c) { // 8 at most
    lua.paid()
    at++
  }
  return at
}

export function equal(a: i32, b: i32, n: i32): bool {
  let i = 0
  for (; i + 8 <= n; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  for (; i < n; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}

@inline function classesOf(c: i32): u32 { return load<u32>(CLASSES + (c << 2)) }
/** The bit of the class that a letter names; 0 when it names none. */
@inline function classOf(letter: i32): u32 {
  const n = (letter | 32) - 97
  return <u32>n < 26 ? LETTERS & 1 << n : 0
}
@inline function isOf(c: i32, letter: i32): bool {
  const own = classOf(letter)
  return own == 0 ? letter == c : (classesOf(c) & own) == ((letter & 32) != 0 ? own : 0)
}

/** Whether a byte is in the set that begins at p with [ and ends before `end` with ]. */
export function isInSet(c: i32, p: i32, end: i32): bool {
  let found = true
  if (byte(p + 1) == 0x5e) { // ^
    found = false
    p++
  }
  while (++p < end) {
    const d = byte(p)
    if (d == 0x25) { // %
      if (isOf(c, byte(++p))) return found
    } else if (byte(p + 1) == 0x2d && p + 2 < end) { // -
      p += 2
      if (d <= c && c <= byte(p)) return found
    } else if (d == c) return found
  }
  return !found
}

@inline export function fits(c: i32, p: i32, ep: i32): bool {
  const k = byte(p)
  if (k == 0x2e) return true
  if (k == 0x25) return isOf(c, byte(p + 1))
  if (k == 0x5b) return isInSet(c, p, ep - 1)
  return k == c
}

/** The first place up to `stop` where the item does not fit. Who skips pays: a unit for 4 bytes. */
export function skip(s: i32, stop: i32, p: i32, ep: i32): i32 {
  const k = byte(p)
  if (k == 0x2e) return stop
  if (k == 0x25) {
    const letter = byte(p + 1)
    const own = classOf(letter)
    const wanted = (letter & 32) != 0 ? own : 0
    if (own == 0) for (; s < stop && byte(s) == letter; s++) lua.paid()
    else for (; s < stop && (classesOf(byte(s)) & own) == wanted; s++) lua.paid()
  } else if (k == 0x5b) {
    if (ep - p == 4 && byte(p + 1) == 0x5e && byte(p + 2) != 0x25) return find(s, stop, byte(p + 2))
    for (; s < stop && isInSet(byte(s), p, ep - 1); s++) lua.paid()
  } else for (; s < stop && byte(s) == k; s++) lua.paid()
  return s
}

/** Where an item of the pattern ends, before its suffix. */
@inline export function itemEnd(L: i32, p: i32, end: i32): i32 {
  const k = byte(p++)
  if (k == 0x5b) return setEnd(L, p, end)
  if (k != 0x25) return p
  if (p == end) lua.fail(L, "malformed pattern (ends with '%')")
  return p + 1
}
function setEnd(L: i32, p: i32, end: i32): i32 {
  if (byte(p) == 0x5e) p++
  do { // a ] that comes first is one of the set
    if (p == end) lua.fail(L, "malformed pattern (missing ']')")
    if (byte(p++) == 0x25 && p < end) p++
  } while (byte(p) != 0x5d)
  return p + 1
}
