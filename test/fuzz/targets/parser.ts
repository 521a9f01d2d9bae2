// Typed Lua: a text is refused with its place, or becomes plain Lua with as many lines.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from '../../../src/lua/compile.ts'
import { attacks } from '../../attacks/attack.ts'
import { randomProgram } from '../../vm/random-program.ts'
import type { Target } from '../fuzz.ts'

const utf8 = new TextEncoder()
const TYPED = `type Point = { x: number, y?: string } | nil
local function f<T: Point>(a: T, ...: number): (T, string?) return a :: T, "s" end
interface I f: (self: I, n: number) -> boolean end
for i: number = 1, 10 do local t: {[string]: number} = {} ::again:: if i > 3 then goto again end end
return f, [==[ long ]==], 0x1p-3, 'a\\z   b\\u{48}', t?.x`
const WORDS =
  'and break do else elseif end for function goto if in local nil not or repeat return then type until while interface :: -> ... .. == ~= <= << // [[ ]] -- --[[ " \' ( ) { } [ ] < > = ; : , . # ~ & | ? @ 1 0x 1e a b self'.split(
    ' ',
  )
const runtime = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, '../../../runtime-lua', `${name}.lua`))

export const target: Target = {
  mayRefuse: true,
  seeds: [utf8.encode(TYPED), runtime('main'), runtime('json'), ...attacks(['boundary', 'handler']).map(({ code }) => utf8.encode(code))],
  make: (random) =>
    random.next() < 0.3
      ? utf8.encode(randomProgram(random.below(2 ** 31), 3))
      : utf8.encode(Array.from({ length: random.below(80) }, () => random.of(WORDS)).join(' ')),
  run: (input) => {
    const source = new TextDecoder().decode(input)
    const { code } = compile(source, { file: 'fuzz.lua' })
    const lines = (text: string): number => text.split(/\r\n|\n\r|\n|\r/).length
    if (lines(code) !== lines(source)) throw new Error(`${lines(source)} lines became ${lines(code)}`)
  },
}
