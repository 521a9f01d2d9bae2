// Lua's collector in short pieces: what it does at once ends with the slice of the process. What stays in one piece: the atomic phase, one
// table or one stack that is marked, one finalizer, and a whole collection when the memory is full.

import { expr, findAll, findOne, head, type List, parentOf } from './sexpr.ts'

const STEP = '$301' // luaC_step
const SINGLE_STEP = '$295'
const FINALIZE = '$298' // GCTM

/** incstep: `while (debt > -stepsize && ...)`, and while there is fuel. What is left of the debt is paid by whoever allocates next. */
const stepsEndWithTheSlice = (module: List): void => {
  const ends = findAll(findOne(module, 'func', STEP), 'br_if').flatMap((branch) => {
    const condition = branch[2] as List
    return head(condition) === 'i32.le_s' && head(condition[1]) === 'local.tee' && head((condition[1] as List)[2]) === 'i32.sub'
      ? [branch]
      : []
  })
  if (ends.length !== 1) throw new Error('luaC_step is not as expected')
  ends[0]![2] = ['i32.or', ends[0]![2]!, expr('(i32.lt_s (call $left) (i32.const 0))')]
}

/**
 * entersweep: sweeping begins at the head of the list instead of behind all that is dead before the first object that lives, which is freed
 * in one piece. It was to save a look at what is made meanwhile. g->allgc at 88, g->sweepgc at 92.
 */
const sweepsBeginAtTheHead = (module: List): void => {
  const step = findOne(module, 'func', SINGLE_STEP)
  const begins = findAll(step, 'i32.store').filter(
    ([, at, , value]) => at === 'offset=92' && head(value) === 'local.get' && value![1] === '$3',
  )
  if (begins.length !== 1) throw new Error('singlestep is not as expected')
  const { parent, at } = parentOf(step, begins[0]!)
  const toLive = parent[at - 1] as List
  if (head(toLive) !== 'block' || findAll(toLive, 'loop').length !== 1) throw new Error('singlestep is not as expected')
  const state = begins[0]![2]!
  parent.splice(at - 1, 2, ['i32.store', 'offset=92', state, ['i32.add', state, ['i32.const', '88']]])
}

/** singlestep: GCTM is called ten times in a row, and goes on to the next one while some wait, and while there is fuel. g->tobefnz at 120. */
const finalizersEndWithTheSlice = (module: List): void => {
  const step = findOne(module, 'func', SINGLE_STEP)
  const ends = findAll(step, 'call', FINALIZE).flatMap((call) => {
    const { parent, at } = parentOf(step, call)
    return head(parent[at + 1]) === 'if' ? [parent[at + 1] as List] : []
  })
  if (ends.length !== 9) throw new Error('singlestep is not as expected')
  for (const end of ends) end[1] = ['i32.or', end[1]!, expr('(i32.lt_s (call $left) (i32.const 0))')]
}

/** Edits the tree of glue.wasm in place. */
export const collector = (module: List): void => {
  stepsEndWithTheSlice(module)
  finalizersEndWithTheSlice(module)
  sweepsBeginAtTheHead(module)
}
