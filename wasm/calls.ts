// Calls at less cost: what most of them come to stands where they are made, and what luaD_precall, precallC and luaD_poscall do beside it is
// left to them. That is: the stack has room, there is a CallInfo to be used again, no parameter is missing, no hook waits for calls, and of a
// C function none or one result is wanted.
//
// lua_State: top at 12, ci at 20, stack_last at 24, hookmask at 112. CallInfo: func, top, previous, next at 0 to 12, savedpc at 16, nresults
// and callstatus at 32 and 34. Proto: numparams at 6, maxstacksize at 8, code at 52.

import { expr, findAll, findOne, head, type List, parentOf } from './sexpr.ts'
import { PRECALL, PRECALL_C } from './waits.ts'

const POSCALL = '$264'
/** Begins a call of a function in Lua: its CallInfo, or 0 when luaD_precall has to do it. */
export const BEGIN = '$begin_lua'

const LUA_CLOSURE = 0x46
const C_CLOSURE = 0x66
const C_FUNCTION = 0x16
const ROOM = 20 * 16 // of a C function, in bytes

const BEGIN_LUA = `(func ${BEGIN} (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
 (local $ci i32) (local $p i32) (local $top i32) (local $size i32)
 (local.set $p (i32.load offset=12 (i32.load (local.get $1))))
 (local.set $top (i32.load offset=12 (local.get $0)))
 (local.set $size (i32.shl (i32.load8_u offset=8 (local.get $p)) (i32.const 4)))
 (if (i32.eqz (local.tee $ci (i32.load offset=12 (i32.load offset=20 (local.get $0))))) (then (return (i32.const 0))))
 (if (i32.le_s (i32.sub (i32.load offset=24 (local.get $0)) (local.get $top)) (local.get $size)) (then (return (i32.const 0))))
 (if (i32.le_s (i32.sub (local.get $top) (local.get $1)) (i32.shl (i32.load8_u offset=6 (local.get $p)) (i32.const 4))) (then (return (i32.const 0))))
 (i32.store offset=32 (local.get $ci) (i32.and (local.get $2) (i32.const 0xffff)))
 (i32.store (local.get $ci) (local.get $1))
 (i32.store offset=4 (local.get $ci) (i32.add (i32.add (local.get $1) (local.get $size)) (i32.const 16)))
 (i32.store offset=20 (local.get $0) (local.get $ci))
 (i32.store offset=16 (local.get $ci) (i32.load offset=52 (local.get $p)))
 (local.get $ci))`

const CALL_C = `(func ${PRECALL_C} (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
 (local $ci i32) (local $top i32) (local $n i32)
 (local.set $top (i32.load offset=12 (local.get $0)))
 (local.set $ci (i32.load offset=12 (i32.load offset=20 (local.get $0))))
 (if (i32.or (i32.le_s (i32.sub (i32.load offset=24 (local.get $0)) (local.get $top)) (i32.const ${ROOM + 15}))
   (i32.or (i32.eqz (local.get $ci)) (i32.and (i32.load offset=112 (local.get $0)) (i32.const 1))))
  (then (return (call ${PRECALL_C}_itself (local.get $0) (local.get $1) (local.get $2) (local.get $3)))))
 (i32.store offset=32 (local.get $ci) (i32.or (i32.and (local.get $2) (i32.const 0xffff)) (i32.const 0x20000)))
 (i32.store (local.get $ci) (local.get $1))
 (i32.store offset=4 (local.get $ci) (i32.add (local.get $top) (i32.const ${ROOM})))
 (i32.store offset=20 (local.get $0) (local.get $ci))
 (if (i32.eq (local.tee $n (call_indirect $0 (type $0) (local.get $0) (local.get $3))) (i32.const -1)) (then (return (i32.const -1))))
 (local.set $2 (i32.load16_s offset=32 (local.get $ci)))
 (if (i32.or (i32.load offset=112 (local.get $0)) (i32.gt_u (local.get $2) (i32.ne (local.get $n) (i32.const 0))))
  (then (call ${POSCALL} (local.get $0) (local.get $ci) (local.get $n)) (return (local.get $n))))
 (local.set $1 (i32.load (local.get $ci)))
 (if (local.get $2) (then
  (local.set $top (i32.sub (i32.load offset=12 (local.get $0)) (i32.shl (local.get $n) (i32.const 4))))
  (i64.store (local.get $1) (i64.load (local.get $top)))
  (i32.store8 offset=8 (local.get $1) (i32.load8_u offset=8 (local.get $top)))
  (local.set $1 (i32.add (local.get $1) (i32.const 16)))))
 (i32.store offset=12 (local.get $0) (local.get $1))
 (i32.store offset=20 (local.get $0) (i32.load offset=8 (local.get $ci)))
 (local.get $n))`

/** OP_CALL, before luaD_precall is called for what lies at $2 with the number of results that is wanted. */
const callText = (startfunc: string, results: string): string => `(block $called
 (if (i32.eq (local.tee $tag (i32.load8_u offset=8 (local.get $2))) (i32.const ${LUA_CLOSURE}))
  (then (if (local.tee $begun (call ${BEGIN} (local.get $0) (local.get $2) ${results}))
   (then (local.set $1 (local.get $begun)) (br ${startfunc}))))
  (else (if (i32.or (i32.eq (local.get $tag) (i32.const ${C_CLOSURE})) (i32.eq (local.get $tag) (i32.const ${C_FUNCTION})))
   (then
    (if (i32.eq (i32.const -1) (call ${PRECALL_C} (local.get $0) (local.get $2) ${results}
      (i32.load (select (local.get $2) (i32.add (i32.load (local.get $2)) (i32.const 12)) (i32.eq (local.get $tag) (i32.const ${C_FUNCTION}))))))
     (then (return)))
    (br $called))))))`

const flat = (node: unknown): string => (Array.isArray(node) ? `(${node.map(flat).join(' ')})` : String(node))

/** Edits the tree of glue.wasm in place, in which waits leave by return (waits.ts); `execute` is luaV_execute. */
export const callsAtOnce = (module: List, execute: List): void => {
  const call = findOne(execute, 'call', PRECALL)
  const taken = parentOf(execute, call).parent
  const { parent, at } = parentOf(execute, taken)
  const branch = parent[at + 2] as List
  if (taken[0] !== 'local.set' || flat(call[3]) !== '(local.get $2)' || head(branch) !== 'br_if')
    throw new Error('OP_CALL is not as expected')
  const [, label, ...steps] = expr(callText(branch[1] as string, flat(call[4])))
  parent.splice(at, 3, ['block', label!, ...steps, taken, parent[at + 1]!, branch])
  const lastLocal = execute.findLastIndex((part) => head(part) === 'local')
  execute.splice(lastLocal + 1, 0, expr('(local $tag i32)'), expr('(local $begun i32)'))
  const whole = findAll(module, 'func', PRECALL_C).find((fn) => fn.length > 2)!
  whole[1] = `${PRECALL_C}_itself`
  module.push(expr(CALL_C), expr(BEGIN_LUA))
}
