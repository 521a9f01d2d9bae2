// A wait leaves by return instead of by throw: what is to be left answers with a number that no call gives, and each of the six places
// that it comes by goes on up.

import { expr, findAll, findOne, head, type List, parentOf, replaceStatement } from './sexpr.ts'

export const PRECALL_C = '$265'
export const PRECALL = '$266'
const RESUME = '$270'
const UNROLL = '$271'
export const EXECUTE = '$548'
const POSCALL = '$264'

const YIELDED = `(i32.load8_u offset=6 (local.get $0))`

/** Edits the tree of glue.wasm in place. */
export const waitsByReturn = (module: List): void => {
  // 1. precallC: -1 is not finished with luaD_poscall; it goes up.
  const precallC = findOne(module, 'func', PRECALL_C)
  const finish = findOne(precallC, 'call', POSCALL)
  const called = findOne(finish, 'call_indirect')
  const answer = precallC.at(-1) as List
  if (answer[0] !== 'local.get' || answer[1] !== '$0') throw new Error('precallC does not end as expected')
  replaceStatement(precallC, finish, [
    ['local.set', '$3', called],
    expr('(if (i32.eq (local.get $3) (i32.const -1)) (then (return (i32.const -1))))'),
    ['call', POSCALL, ['local.get', '$0'], ['local.get', '$4'], ['local.get', '$3']],
  ])
  precallC[precallC.length - 1] = ['local.get', '$3']

  // 2. luaD_precall: 1 instead of NULL for it.
  const precall = findOne(module, 'func', PRECALL)
  const toC = findOne(precall, 'call', PRECALL_C)
  const dropped = parentOf(precall, toC).parent
  const { parent, at } = parentOf(precall, dropped)
  const answered = parent[at + 1] as List
  if (dropped[0] !== 'drop' || answered[0] !== 'local.set' || answered[1] !== '$3') throw new Error('luaD_precall is not as expected')
  parent.splice(at, 2, ['local.set', '$3', ['i32.eq', toC, ['i32.const', '-1']]])

  // 3. luaV_execute, OP_CALL: 1 means leave.
  const execute = findOne(module, 'func', EXECUTE)
  const calls = findAll(execute, 'call', PRECALL)
  if (calls.length !== 1) throw new Error('luaV_execute is not as expected')
  const taken = parentOf(execute, calls[0]!).parent
  const branch = parentOf(execute, taken).parent
  if (taken[0] !== 'local.tee' || branch[0] !== 'br_if') throw new Error('OP_CALL is not as expected')
  replaceStatement(execute, branch, [
    ['local.set', taken[1]!, calls[0]!],
    ['if', ['i32.eq', ['local.get', taken[1]!], ['i32.const', '1']], ['then', ['return']]],
    ['br_if', branch[1]!, ['local.get', taken[1]!]],
  ])

  // 4. OP_TAILCALL, in which luaD_pretailcall is inlined: -1 means leave.
  const tailCalls = findAll(execute, 'call', PRECALL_C)
  if (tailCalls.length !== 2) throw new Error('OP_TAILCALL is not as expected')
  for (const call of tailCalls) {
    const answer = parentOf(execute, call).parent
    const { parent: taken } = parentOf(execute, findOne(execute, 'block', answer[1] as string))
    if (answer[0] !== 'br' || taken[0] !== 'local.tee') throw new Error('OP_TAILCALL is not as expected')
    replaceStatement(execute, answer, [
      ['local.set', taken[1]!, call],
      ['if', ['i32.eq', ['local.get', taken[1]!], ['i32.const', '-1']], ['then', ['return']]],
      ['br', answer[1]!, ['local.get', taken[1]!]],
    ])
  }

  // 5. unroll, and 6. resume after a hook's yield: a thread that was suspended by return is left alone.
  const suspended = expr(`(if ${YIELDED} (then (return)))`)
  const unroll = findOne(module, 'func', UNROLL)
  replaceStatement(unroll, findOne(unroll, 'call', EXECUTE), [findOne(unroll, 'call', EXECUTE), suspended])
  const resume = findOne(module, 'func', RESUME)
  const again = findAll(resume, 'call', EXECUTE).filter((call) => {
    const { parent: around, at: index } = parentOf(resume, call)
    return head(around[index + 1]) === 'br'
  })
  if (again.length !== 1) throw new Error('resume is not as expected')
  replaceStatement(resume, again[0]!, [again[0]!, suspended])
}
