// How deep Lua calls itself, and how long a function is.

import { findAll, findOne, type List } from './sexpr.ts'

const GROW_STACK = '$258'
const SHRINK_STACK = '$259'
const CODE = '$172'

/** Instructions of one function; more is "too many opcodes" where it is compiled. */
const MAX_CODE = 131_070
const OLD_MAX_CODE = 1_073_741_823

/** LUAI_MAXSTACK in slots of 16 bytes. With the million of the original a runaway recursion fills the memory instead of failing, and a
 * traceback of it is more work than a step may do without a stop. */
const MAX_STACK = 65_536
const OLD_MAX_STACK = 1_000_000

/** How the limit appears in the two functions that resize a stack: `slots > limit`, the sizes themselves, bytes, and a third of it. */
const stackLimits = (limit: number): Readonly<Record<string, number>> => ({
  most: limit,
  below: limit - 1,
  forErrors: limit + 200,
  tooManyBytes: limit * 16 + 1,
  third: Math.floor(limit / 3) - 1,
})

/** A Lua stack overflows long before the memory is full. */
export const stacksEnd = (module: List): void => {
  const before = stackLimits(OLD_MAX_STACK)
  const after = stackLimits(MAX_STACK)
  for (const [name, expected] of [
    [GROW_STACK, { most: 3, below: 1, forErrors: 1, tooManyBytes: 1, third: 0 }],
    [SHRINK_STACK, { most: 3, below: 1, forErrors: 0, tooManyBytes: 0, third: 1 }],
  ] as const) {
    for (const [what, count] of Object.entries(expected)) {
      const constants = findAll(findOne(module, 'func', name), 'i32.const', String(before[what]))
      if (constants.length !== count) throw new Error(`${name} is not as expected`)
      for (const constant of constants) constant[1] = String(after[what])
    }
  }
}

/** luaK_code grows a function's code. What is straight runs without looking at its fuel, so it must not be long: some hundred µs. */
export const functionsAreShort = (module: List): void => {
  findOne(findOne(module, 'func', CODE), 'i32.const', String(OLD_MAX_CODE))[1] = String(MAX_CODE)
}
