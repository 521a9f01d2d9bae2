// table.sort without a comparator, for lists of nothing but integers, floats or strings: a merge sort over eight bytes for each element,
// in memory that Lua owns but does not look into.
//
//   - The list is read first and written last; in between nothing of the process runs, finalizers neither (SORTING), and the list keeps its
//     strings alive.
//   - It can be preempted after each UNIT of work. All it knows is in its memory, which lies on Lua's stack.
//   - A UNIT is paid for at once, and no loop turns more often than it has elements; comparing strings pays besides.
//   - Bytes that are sorted as signed numbers: integers as they are, floats with their order mended (NaN goes to an end), strings by address
//     of what they point to.

import * as lua from './lua'
import { mayRest } from './coroutine'

const UNIT: i32 = 2048 // elements between two looks at the fuel
const RUN: i32 = 8 // elements that are sorted by insertion first

// What lies at the start of the memory; behind it the keys, then room for as many.
const N: i32 = 0
const LIST: i32 = 4 // address of the list part
const TAG: i32 = 8 // of every element; TAG_SHORT also stands for long strings
const PHASE: i32 = 12
const AT: i32 = 16 // of phases that go through the list; first element of the runs that are being merged
const WIDTH: i32 = 20
const LEFT: i32 = 24
const RIGHT: i32 = 28
const FROM: i32 = 32 // keys that are read, and those that are written, while merging
const TO: i32 = 36
const HEAD: i32 = 48

const READS: i32 = 0
const INSERTS: i32 = 1
const MERGES: i32 = 2
const WRITES: i32 = 3

// What `sort` answers.
export const DONE: i32 = 0
export const PAUSES: i32 = 1
export const UNFIT: i32 = 2 // elements of several kinds, or of none that has an order

/** Gets ready to sort the table at stack index 1, in memory that it pushes. False when it has no list part that holds all of it. */
export function begin(L: i32): bool {
  const t = lua.lua_topointer(L, 1)
  const n = <i32>lua.lua_rawlen(L, 1)
  if (lua.metatableOf(t) != 0 || n < 2 || n > lua.listRoom(t)) return false
  const s = lua.lua_newuserdatauv(L, HEAD + (n << 4), 0)
  if (<i32>lua.lua_rawlen(L, 1) != n || n > lua.listRoom(t)) return false // a finalizer ran, and changed it
  const list = lua.listOf(t)
  const tag = lua.tagAt(list)
  store<i32>(s + N, n)
  store<i32>(s + LIST, list)
  store<i32>(s + TAG, tag == lua.TAG_LONG ? lua.TAG_SHORT : tag)
  store<i32>(s + PHASE, READS)
  store<i32>(s + AT, 0)
  store<i32>(s + FROM, s + HEAD)
  store<i32>(s + TO, s + HEAD + (n << 3))
  return true
}

/** Goes on in the memory at stack index 2, until the list is sorted or fuel has run out. */
export function sort(L: i32): i32 {
  const s = lua.lua_topointer(L, 2)
  do {
    const phase = load<i32>(s + PHASE)
    const n = load<i32>(s + N)
    if (phase == MERGES) {
      if (load<i32>(s + WIDTH) < n) mergeSome(s)
      else enter(s, WRITES)
      continue
    }
    const from = load<i32>(s + AT)
    const to = min(from + UNIT, n)
    lua.pay(phase == INSERTS ? to - from << 2 : to - from)
    if (phase == READS) {
      if (!read(s, from, to)) return UNFIT
    } else if (phase == INSERTS) insert(s, from, to)
    else write(s, from, to)
    if (to < n) store<i32>(s + AT, to)
    else if (phase == WRITES) return DONE
    else enter(s, phase + 1)
  } while (lua.fuelLeft() >= 0 || !mayRest(L))
  return PAUSES
}

function enter(s: i32, phase: i32): void {
  store<i32>(s + PHASE, phase)
  store<i32>(s + AT, 0)
  if (phase != MERGES) return
  store<i32>(s + WIDTH, RUN)
  store<i32>(s + LEFT, 0)
  store<i32>(s + RIGHT, min(RUN, load<i32>(s + N)))
}

/** Floats in the order of signed integers; its own inverse. */
@inline function ordered(bits: i64): i64 { return bits ^ ((bits >> 63) & i64.MAX_VALUE) }

function read(s: i32, from: i32, to: i32): bool {
  const tag = load<i32>(s + TAG)
  let key = load<i32>(s + FROM) + (from << 3)
  let v = load<i32>(s + LIST) + (from << 4)
  for (const stop = v + (to - from << 4); v < stop; v += 16, key += 8) {
    lua.paid()
    const found = lua.tagAt(v)
    if (tag == lua.TAG_INTEGER && found == tag) store<i64>(key, load<i64>(v))
    else if (tag == lua.TAG_FLOAT && found == tag) store<i64>(key, ordered(load<i64>(v)))
    else if (tag == lua.TAG_SHORT && (found == tag || found == lua.TAG_LONG)) store<i64>(key, <i64>load<u32>(v))
    else return false
  }
  return true
}

function write(s: i32, from: i32, to: i32): void {
  const tag = load<i32>(s + TAG)
  let key = load<i32>(s + FROM) + (from << 3)
  let v = load<i32>(s + LIST) + (from << 4)
  for (const stop = v + (to - from << 4); v < stop; v += 16, key += 8) {
    lua.paid()
    const bits = load<i64>(key)
    if (tag == lua.TAG_FLOAT) store<i64>(v, ordered(bits))
    else if (tag == lua.TAG_SHORT) {
      store<u32>(v, <u32>bits)
      store<u8>(v + 8, load<u8>(<i32>bits + 4) | lua.COLLECTABLE)
    } else store<i64>(v, bits)
  }
}

@inline function before(a: i64, b: i64, texts: bool): bool { return texts ? textBefore(<i32>a, <i32>b) : a < b }

/** Whether string a comes before string b: by bytes, the shorter one first when the other begins with it. */
function textBefore(a: i32, b: i32): bool {
  const n = lua.lengthOf(a)
  const m = lua.lengthOf(b)
  const common = min(n, m)
  let x = lua.textOf(a)
  let y = lua.textOf(b)
  const end = x + common
  for (; x + 8 <= end; x += 8, y += 8) {
    const p = load<u64>(x)
    const q = load<u64>(y)
    if (p != q) return bswap<u64>(p) < bswap<u64>(q)
  }
  for (; x < end; x++, y++) if (load<u8>(x) != load<u8>(y)) return load<u8>(x) < load<u8>(y)
  return n < m
}

function insert(s: i32, from: i32, to: i32): void {
  const keys = load<i32>(s + FROM)
  const texts = load<i32>(s + TAG) == lua.TAG_SHORT
  for (let first = from; first < to; first += RUN) {
    lua.paid()
    const start = keys + (first << 3)
    const stop = keys + (min(first + RUN, to) << 3)
    for (let next = start + 8; next < stop; next += 8) {
      lua.paid()
      const key = load<i64>(next)
      let at = next
      for (; at > start && before(key, load<i64>(at - 8), texts); at -= 8) {
        lua.paid()
        store<i64>(at, load<i64>(at - 8))
      }
      store<i64>(at, key)
    }
  }
}

/** Merges the two runs at AT, or a UNIT of them; behind the last two it begins the next round. */
function mergeSome(s: i32): void {
  const n = load<i32>(s + N)
  const width = load<i32>(s + WIDTH)
  const middle = min(load<i32>(s + AT) + width, n)
  const end = min(middle + width, n)
  const keys = load<i32>(s + FROM)
  const texts = load<i32>(s + TAG) == lua.TAG_SHORT
  let left = load<i32>(s + LEFT)
  let right = load<i32>(s + RIGHT)
  let to = load<i32>(s + TO) + (left + right - middle << 3)
  let l = keys + (left << 3)
  let r = keys + (right << 3)
  const leftEnd = keys + (middle << 3)
  const rightEnd = keys + (end << 3)
  const areInOrder = r == rightEnd || !before(load<i64>(r), load<i64>(leftEnd - 8), texts)
  if (!areInOrder) {
    const start = to
    const stop = to + (UNIT << 3)
    let a = load<i64>(l)
    let b = load<i64>(r)
    for (; to < stop; to += 8) {
      lua.paid()
      if (before(b, a, texts)) {
        store<i64>(to, b)
        r += 8
        if (r == rightEnd) { to += 8; break }
        b = load<i64>(r)
      } else {
        store<i64>(to, a)
        l += 8
        if (l == leftEnd) { to += 8; break }
        a = load<i64>(l)
      }
    }
    lua.pay(to - start >> 3)
    if (l < leftEnd && r < rightEnd) {
      store<i32>(s + LEFT, l - keys >> 3)
      store<i32>(s + RIGHT, r - keys >> 3)
      return
    }
  }
  memory.copy(to, l, leftEnd - l)
  memory.copy(to + leftEnd - l, r, rightEnd - r)
  let next = end
  if (end == n) {
    next = 0
    store<i32>(s + WIDTH, width << 1)
    store<i32>(s + FROM, load<i32>(s + TO))
    store<i32>(s + TO, keys)
  }
  store<i32>(s + AT, next)
  store<i32>(s + LEFT, next)
  store<i32>(s + RIGHT, min(next + load<i32>(s + WIDTH), n))
}
