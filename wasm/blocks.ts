// Lua's small blocks: those that were freed wait in lists, one for each size, and are taken from there again. Lua says of every block how
// large it is, so that a list is found without looking at the block, and taking or giving is two loads and two stores.
//
// Whenever the heap grows, some of what waits is given back to libc, which joins what lies side by side; all of it when it cannot grow.

import { BLOCKS } from '../src/vm/abi.ts'
import { expr, findAll, findOne, head, isList, type List, parentOf } from './sexpr.ts'

const LARGEST = 128 // bytes; in sizes of 8
const SITES = 36
const GROWTH = 4096 // bytes that the heap grows by beyond what is wanted: it looks through the lists each time
const SOME = 256 // blocks: what is given back at once cannot be preempted

const ALLOCATE = '$135' // l_alloc(ud, block, old size, new size)
const SBRK = '$629'
const MALLOC = '$630'
const FREE = '$633'
const REALLOC = '$634'

const listOf = (sizeLessOne: string): string =>
  `(i32.add (i32.const ${BLOCKS}) (i32.and (i32.shr_u ${sizeLessOne} (i32.const 1)) (i32.const ${LARGEST / 2 - 4})))`

const SUPPORT = `(module
 (func $take_block (param $size i32) (result i32) (local $less i32) (local $list i32) (local $block i32)
  (local.set $less (i32.sub (local.get $size) (i32.const 1)))
  (if (i32.lt_u (local.get $less) (i32.const ${LARGEST})) (then
   (local.set $block (i32.load (local.tee $list ${listOf('(local.get $less)')})))
   (if (local.get $block) (then
    (i32.store (local.get $list) (i32.load (local.get $block)))
    (return (local.get $block))))
   (local.set $size (i32.add (i32.or (local.get $less) (i32.const 7)) (i32.const 1)))))
  (call ${MALLOC} (local.get $size)))
 (func $give_block (param $block i32) (param $size i32) (local $less i32) (local $list i32)
  (local.set $less (i32.sub (local.get $size) (i32.const 1)))
  (if (i32.lt_u (local.get $less) (i32.const ${LARGEST})) (then
   (i32.store (local.get $block) (i32.load (local.tee $list ${listOf('(local.get $less)')})))
   (i32.store (local.get $list) (local.get $block))
   (return)))
  (call ${FREE} (local.get $block)))
 (func $give_back (export "give_back") (param $most i32) (result i32) (local $list i32) (local $block i32) (local $any i32)
  (local.set $list (i32.const ${BLOCKS}))
  (loop $lists
   (if (local.tee $block (i32.load (local.get $list))) (then
    (local.set $any (i32.const 1))
    (i32.store (local.get $list) (i32.load (local.get $block)))
    (call ${FREE} (local.get $block))
    (br_if $lists (local.tee $most (i32.sub (local.get $most) (i32.const 1))))
    (return (i32.const 1))))
   (br_if $lists (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 4))) (i32.const ${BLOCKS + LARGEST / 2}))))
  (local.get $any))
 (func $grow_heap (param $bytes i32) (result i32)
  (drop (call $give_back (i32.const ${SOME})))
  (if (call ${SBRK} (i32.add (local.get $bytes) (i32.const ${GROWTH}))) (then (return (i32.const 1))))
  (call $give_back (i32.const -1)))
)`

/** A block that becomes smaller may stay; one that becomes another size moves, unless both are libc's. */
const ALLOCATOR = `(func ${ALLOCATE} (param $0 i32) (param $block i32) (param $old i32) (param $new i32) (result i32) (local $moved i32)
 (if (i32.eqz (local.get $new)) (then (call $give_block (local.get $block) (local.get $old)) (return (i32.const 0))))
 (if (i32.eqz (local.get $block)) (then (return (call $take_block (local.get $new)))))
 (if (i32.and (i32.gt_u (local.get $old) (i32.const ${LARGEST})) (i32.gt_u (local.get $new) (i32.const ${LARGEST})))
  (then (return (call ${REALLOC} (local.get $block) (local.get $new)))))
 (if (i32.eq (i32.shr_u (i32.sub (local.get $old) (i32.const 1)) (i32.const 3)) (i32.shr_u (i32.sub (local.get $new) (i32.const 1)) (i32.const 3)))
  (then (return (local.get $block))))
 (if (i32.eqz (local.tee $moved (call $take_block (local.get $new))))
  (then (return (select (local.get $block) (i32.const 0) (i32.le_u (local.get $new) (local.get $old))))))
 (memory.copy (local.get $moved) (local.get $block) (select (local.get $new) (local.get $old) (i32.lt_u (local.get $new) (local.get $old))))
 (call $give_block (local.get $block) (local.get $old))
 (local.get $moved))`

/** `(*g->frealloc)(g->ud, block, old, new)`, as Lua's core calls it. */
const isAllocation = (call: List): boolean => {
  const [, , type, ud, , , , f] = call
  return head(type) === 'type' && isList(ud) && ud[1] === 'offset=4' && head(f) === 'i32.load' && isList(f) && f.length === 2
}

/** Edits the tree of glue.wasm in place. */
export const blocks = (module: List): void => {
  module[module.indexOf(findOne(module, 'func', ALLOCATE))] = expr(ALLOCATOR)
  const sites = findAll(module, 'call_indirect').filter(isAllocation)
  if (sites.length !== SITES) throw new Error(`Lua allocates in ${sites.length} places, not in ${SITES}`)
  for (const site of sites) {
    const [, , , ud, block, old, size] = site
    const { parent } = parentOf(module, site)
    if (head(parent) === 'drop') parent.splice(0, parent.length, 'block', ['drop', ud!], ['call', '$give_block', block!, old!])
    else site.splice(0, site.length, 'call', ALLOCATE, ud!, block!, old!, size!)
  }
  const grow = findOne(findOne(module, 'func', MALLOC), 'call', SBRK)
  grow[1] = '$grow_heap'
  module.push(...(expr(SUPPORT).slice(1) as List))
}
