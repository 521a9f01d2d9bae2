// Lua's patterns as a machine that can stop anywhere: what is still to be tried lies on a stack of choices instead of the C stack, so that
// the longest match, and one without end, is preempted like any other code.
//
//   - A machine lies at `m`, on the C stack while it runs: where it stands, the captures, the choices.
//   - An item of a pattern has one choice at a time, so there are no more of them than items; Lua refuses more than 200 as well.
//   - Subject and pattern are strings of Lua that its stack holds: each is followed by a zero.

import * as lua from './lua'
import { mayRest } from './coroutine'
import { byte, equal, find, fits, isInSet, itemEnd, skip } from './item'
import { stringOf } from './text'

// Fields. What gsub keeps beside them is in pattern.ts.
export const START: i32 = 0 // the subject
export const END: i32 = 4
const FROM: i32 = 8 // the pattern
const TO: i32 = 12
const ANCHORED: i32 = 16
const FIRST: i32 = 20 // the byte that every match begins with; -1: none is known
export const AT: i32 = 24 // where the match begins that is tried
const MODE: i32 = 28
const S: i32 = 32 // where it stands in subject and pattern
const P: i32 = 36
const MARK: i32 = 40 // of a repetition: its least end; of a balance: how deep it is
const FREE: i32 = 44 // the first free choice
const LEVEL: i32 = 48 // captures
export const OWN: i32 = 56 // 48 bytes for who runs the machine
export const HEAD_BYTES: i32 = OWN + 48 // all but captures and choices
const CAPTURES: i32 = HEAD_BYTES // where one begins, and its length
const CHOICES: i32 = CAPTURES + 32 * 8 // kind, and three words
export const MACHINE_BYTES: i32 = CHOICES + 200 * 16

const MATCHES: i32 = 0
const FAILS: i32 = 1
const REPEATS: i32 = 2
const BALANCES: i32 = 3

// Kinds of choices, and their words.
const FEWER: i32 = 0 // least end, end, what follows
const MORE: i32 = 1 // end, the item, its end
const WITHOUT: i32 = 2 // where, what follows
const OPENED: i32 = 3
const CLOSED: i32 = 4 // the capture

const UNFINISHED: i32 = -1
const POSITION: i32 = -2

// What `search` answers besides the address of the end.
export const NOTHING: i32 = 0
export const PAUSES: i32 = 1

const PIECE: i32 = 2048 // bytes that are gone through in one turn
const WORK: i32 = 32 // between two looks at the fuel: a unit for a turn, and one for four bytes that are gone through

/** Makes a machine that looks for a pattern from `at` on. `mayAnchor`: a ^ at its start means that a match begins there. */
export function make(m: i32, subject: i32, length: i32, pattern: i32, size: i32, at: i32, mayAnchor: bool = true): void {
  const anchored = mayAnchor && size > 0 && byte(pattern) == 0x5e // ^
  const from = pattern + <i32>anchored
  store<i32>(m + START, subject)
  store<i32>(m + END, subject + length)
  store<i32>(m + FROM, from)
  store<i32>(m + TO, pattern + size)
  store<i32>(m + ANCHORED, <i32>anchored)
  store<i32>(m + FIRST, anchored ? -1 : firstOf(from, pattern + size))
  store<i32>(m + MARK, 0) // the C stack is no part of an image, and what is copied from here is
  store<i32>(m + LEVEL + 4, 0)
  for (let i = 0; i < HEAD_BYTES - OWN; i += 8) {
    lua.paid()
    store<i64>(m + OWN + i, 0)
  }
  begin(m, at)
}

export function isAnchored(m: i32): bool { return load<i32>(m + ANCHORED) != 0 }

/** The byte that a match must begin with; -1 when that is not plain to see. */
function firstOf(p: i32, end: i32): i32 {
  while (p < end && byte(p) == 0x28 && byte(p + 1) != 0x29) p++ // (
  let c = byte(p)
  if (p >= end || c == 0x2e || c == 0x5b || c == 0x28 || c == 0x29 || c == 0x24) return -1 // . [ ( ) $
  if (c == 0x25) { // %
    c = byte(++p)
    if (p >= end || (c | 32) >= 97 && (c | 32) <= 122 || c >= 48 && c <= 57) return -1
  }
  const suffix = byte(p + 1)
  return suffix == 0x2a || suffix == 0x3f || suffix == 0x2d ? -1 : c // * ? -
}

/** Gets ready to try a match that begins at `at`. */
export function begin(m: i32, at: i32): void {
  store<i32>(m + AT, at)
  store<i32>(m + S, at)
  store<i32>(m + P, load<i32>(m + FROM))
  store<i32>(m + MODE, MATCHES)
  store<i32>(m + FREE, m + CHOICES)
  store<i32>(m + LEVEL, 0)
}

/** How much of a machine is in use; what of that says nothing is wiped. */
export function usedBytes(m: i32): i32 {
  const free = capture(m, load<i32>(m + LEVEL))
  memory.fill(free, 0, m + CHOICES - free)
  return load<i32>(m + FREE) - m
}

/** A machine that was copied from elsewhere. */
export function moved(m: i32, used: i32): void { store<i32>(m + FREE, m + used) }

function push(L: i32, m: i32, kind: i32, a: i32, b: i32, c: i32): void {
  const at = load<i32>(m + FREE)
  if (at == m + MACHINE_BYTES) lua.fail(L, 'pattern too complex')
  store<i32>(at, kind)
  store<i32>(at + 4, a)
  store<i32>(at + 8, b)
  store<i32>(at + 12, c)
  store<i32>(m + FREE, at + 16)
}

@inline function capture(m: i32, l: i32): i32 { return m + CAPTURES + (l << 3) }

function open(L: i32, m: i32, s: i32, length: i32): void {
  const level = load<i32>(m + LEVEL)
  if (level >= 32) lua.fail(L, 'too many captures')
  store<i32>(capture(m, level), s)
  store<i32>(capture(m, level) + 4, length)
  store<i32>(m + LEVEL, level + 1)
  push(L, m, OPENED, 0, 0, 0)
}

function close(L: i32, m: i32, s: i32): void {
  let l = load<i32>(m + LEVEL) - 1
  while (l >= 0 && load<i32>(capture(m, l) + 4) != UNFINISHED) l--
  if (l < 0) lua.fail(L, 'invalid pattern capture')
  store<i32>(capture(m, l) + 4, s - load<i32>(capture(m, l)))
  push(L, m, CLOSED, l, 0, 0)
}

/** The length of what was captured as %digit. */
function lengthOf(L: i32, m: i32, digit: i32): i32 {
  const l = digit - 0x31
  const isThere = l >= 0 && l < load<i32>(m + LEVEL)
  const n = isThere ? load<i32>(capture(m, l) + 4) : UNFINISHED
  if (n == UNFINISHED) failOf(L, l)
  return n
}

function failOf(L: i32, l: i32): void {
  lua.pushText(L, 'invalid capture index %')
  lua.lua_pushinteger(L, <i64>(l + 1))
  lua.failWith(L, 2)
}

/** The end of the first match that begins at AT or later, and AT where it begins; NOTHING; PAUSES when fuel has run out. */
export function search(L: i32, m: i32): i32 {
  const end = load<i32>(m + END)
  const last = load<i32>(m + TO)
  let s = load<i32>(m + S)
  let p = load<i32>(m + P)
  let mode = load<i32>(m + MODE)
  let ep = mode == REPEATS ? itemEnd(L, p, last) : 0
  let work = 0 // that is not paid for
  while (true) {
    lua.paid()
    if (mode == MATCHES) {
      if (p == last) break
      const k = byte(p)
      if (k == 0x28) { // (
        const isPosition = byte(p + 1) == 0x29
        open(L, m, s, isPosition ? POSITION : UNFINISHED)
        p += 1 + <i32>isPosition
      } else if (k == 0x29) { // )
        close(L, m, s)
        p++
      } else if (k == 0x24 && p + 1 == last) { // $
        if (s == end) break
        mode = FAILS
      } else if (k == 0x25 && byte(p + 1) == 0x62) { // %b
        if (p + 2 >= last - 1) lua.fail(L, "malformed pattern (missing arguments to '%b')")
        if (byte(s) != byte(p + 2)) mode = FAILS
        else {
          store<i32>(m + MARK, 1)
          s++
          mode = BALANCES
        }
      } else if (k == 0x25 && byte(p + 1) == 0x66) { // %f
        p += 2
        if (byte(p) != 0x5b) lua.fail(L, "missing '[' after '%f' in pattern")
        ep = itemEnd(L, p, last)
        const before = s == load<i32>(m + START) ? 0 : byte(s - 1)
        if (isInSet(before, p, ep - 1) || !isInSet(byte(s), p, ep - 1)) mode = FAILS
        p = ep
      } else if (k == 0x25 && byte(p + 1) >= 0x30 && byte(p + 1) <= 0x39) {
        const n = lengthOf(L, m, byte(p + 1))
        // a capture of a position is longer than all there is
        if (<u32>(end - s) >= <u32>n && equal(load<i32>(capture(m, byte(p + 1) - 0x31)), s, n)) {
          s += n
          p += 2
        } else mode = FAILS
      } else {
        ep = itemEnd(L, p, last)
        const suffix = byte(ep)
        if (s >= end || !fits(byte(s), p, ep)) {
          if (suffix == 0x2a || suffix == 0x3f || suffix == 0x2d) p = ep + 1 // * ? -
          else mode = FAILS
        } else if (suffix == 0x3f) {
          push(L, m, WITHOUT, s, ep + 1, 0)
          s++
          p = ep + 1
        } else if (suffix == 0x2a || suffix == 0x2b) {
          const least = suffix == 0x2b ? s + 1 : s
          const stop = min(s + PIECE, end)
          const from = s
          s = skip(s + 1, stop, p, ep)
          work += s - from >> 2
          if (s < stop || s == end) {
            if (s > least) push(L, m, FEWER, least, s, ep + 1)
            p = ep + 1
          } else {
            store<i32>(m + MARK, least)
            mode = REPEATS
          }
        } else if (suffix == 0x2d) {
          push(L, m, MORE, s, p, ep)
          p = ep + 1
        } else {
          s++
          p = ep
        }
      }
    }
    if (mode == FAILS) {
      const at = load<i32>(m + FREE) - 16
      if (at < m + CHOICES) {
        const next = nextStart(m, end)
        if (next == NOTHING) {
          s = NOTHING
          break
        }
        work += next - load<i32>(m + AT) >> 3
        begin(m, next)
        s = next
        p = load<i32>(m + FROM)
        mode = MATCHES
      } else {
        const kind = load<i32>(at)
        let isOver = true
        if (kind == FEWER) {
          s = load<i32>(at + 8) - 1
          p = load<i32>(at + 12)
          store<i32>(at + 8, s)
          isOver = s == load<i32>(at + 4)
          mode = MATCHES
        } else if (kind == MORE) {
          s = load<i32>(at + 4)
          p = load<i32>(at + 8)
          ep = load<i32>(at + 12)
          if (s < end && fits(byte(s), p, ep)) {
            store<i32>(at + 4, ++s)
            p = ep + 1
            isOver = false
            mode = MATCHES
          }
        } else if (kind == WITHOUT) {
          s = load<i32>(at + 4)
          p = load<i32>(at + 8)
          mode = MATCHES
        } else if (kind == OPENED) store<i32>(m + LEVEL, load<i32>(m + LEVEL) - 1)
        else store<i32>(capture(m, load<i32>(at + 4)) + 4, UNFINISHED)
        if (isOver) store<i32>(m + FREE, at)
      }
    } else if (mode == REPEATS) {
      const from = s
      const stop = min(s + PIECE, end)
      s = skip(s, stop, p, ep)
      work += s - from >> 2
      if (s < stop || s == end) {
        const least = load<i32>(m + MARK)
        if (s > least) push(L, m, FEWER, least, s, ep + 1)
        p = ep + 1
        mode = MATCHES
      }
    } else if (mode == BALANCES) {
      const from = s
      const open = byte(p + 2)
      const close = byte(p + 3)
      let depth = load<i32>(m + MARK)
      for (const stop = min(s + PIECE, end); s < stop && depth > 0; s++) {
        lua.paid()
        const c = byte(s)
        if (c == close) depth--
        else if (c == open) depth++
      }
      work += s - from >> 2
      store<i32>(m + MARK, depth)
      if (depth == 0) {
        p += 4
        mode = MATCHES
      } else if (s >= end) mode = FAILS
    }
    if (++work < WORK) continue
    lua.pay(work)
    work = 0
    if (lua.fuelLeft() < 0 && mayRest(L)) {
      store<i32>(m + S, s)
      store<i32>(m + P, p)
      store<i32>(m + MODE, mode)
      return PAUSES
    }
  }
  lua.pay(work + 1)
  return s
}

/** Where a match can begin behind AT, or where that is to be looked for further; NOTHING when there is no such place. */
function nextStart(m: i32, end: i32): i32 {
  const at = load<i32>(m + AT) + 1
  if (at > end || load<i32>(m + ANCHORED)) return NOTHING
  const first = load<i32>(m + FIRST)
  if (first < 0) return at
  const found = find(at, min(at + PIECE, end), first)
  return found == end ? NOTHING : found
}

const FEW: i32 = 8 // captures for which every C function has room

/** Pushes what was captured: how many values. `whole`: without captures the match itself, which ends at `end`. */
export function pushCaptures(L: i32, m: i32, whole: bool, end: i32): i32 {
  const n = load<i32>(m + LEVEL) == 0 && whole ? 1 : load<i32>(m + LEVEL)
  if (n > FEW && !lua.lua_checkstack(L, n)) lua.fail(L, 'stack overflow (too many captures)')
  for (let l = 0; l < n; l++) pushCapture(L, m, l, end)
  return n
}

export function pushCapture(L: i32, m: i32, l: i32, end: i32): void {
  let at = load<i32>(m + AT)
  let n = end - at
  if (l >= load<i32>(m + LEVEL)) {
    if (l != 0) failOf(L, l)
  } else {
    at = load<i32>(capture(m, l))
    n = load<i32>(capture(m, l) + 4)
    if (n == UNFINISHED) lua.fail(L, 'unfinished capture')
  }
  if (n == POSITION) lua.lua_pushinteger(L, <i64>(at - load<i32>(m + START) + 1))
  else {
    lua.pushString(L, stringOf(L, at, n))
    lua.collect(L)
  }
}
