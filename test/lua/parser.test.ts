import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { parse } from '../../src/lua/parser.ts'

const errorOf = (text: string): WippyError => {
  try {
    parse(text, { file: 'app.lua' })
  } catch (error) {
    if (error instanceof WippyError) return error
    throw error
  }
  throw new Error(`parses: ${text}`)
}
/** "line:column message" of the first error. */
const complaint = (text: string) => {
  const { where, message } = errorOf(text)
  return `${where!.line}:${where!.column} ${message}`
}
const accepts = (text: string) => parse(text, { file: 'app.lua' })

const errors = suite('parser: errors')

errors('carry code, kind, place, frame', () => {
  const error = errorOf('local function main()\n\tlocal x =\nend\nreturn main')
  assert.equal([error.code, error.kind, error.where], ['LUA_SYNTAX', 'Invalid', { file: 'app.lua', line: 3, column: 1 }])
  assert.is(error.message, "expected an expression, found 'end'")
  assert.is(error.frame, ['1 | local function main()', '2 | \tlocal x =', '3 | end', '  | ^^^', '4 | return main'].join('\n'))
})

errors('an open block names its first line', () => {
  assert.is(complaint('f()\nfunction g()\n  f()\n'), "4:1 expected 'end' to close 'function' at line 2, found end of file")
  assert.is(complaint('repeat f() end'), "1:12 expected 'until' to close 'repeat', found 'end'")
  assert.is(complaint('f(1,\n2'), "2:2 expected ')' to close '(' at line 1, found end of file")
})

errors('a forgotten end is looked for by its indentation', () => {
  const error = errorOf('function f()\n  for i = 1, 2 do\n    if x then\n      y()\n  end\nend\nz()')
  assert.is(error.hint, "the 'end' at line 5 closes 'if' at line 3, but is not indented like it")
})

errors('the first fault of the text comes first, whoever finds it', () => {
  assert.is(complaint('x = = 1 $'), "1:5 expected an expression, found '='")
  assert.is(complaint('x = 1 $ = ='), "1:7 unexpected symbol '$'")
})

errors('habits from other languages get a hint', () => {
  const hints: readonly (readonly [string, RegExp])[] = [
    ['if a != b then end', /'~='/],
    ['if a && b then end', /'and'/],
    ['if a || b then end', /'or'/],
    ['if !a then end', /'not'/],
    ['if a = b then end', /'=='/],
    ['x += 1', /x = x \+/],
    ['x++', /x = x \+ 1/],
    ['while true do continue end', /goto continue/],
    ['x = a.end', /\["end"\]/],
    ['t = {a = 1 b = 2}', /comma/],
    ['return 1\nf()', /do return end/],
    ['end', /one 'end' more/],
  ]
  for (const [text, hint] of hints) assert.match(errorOf(text).hint ?? '(none)', hint, text)
})

errors('statements that are none', () => {
  assert.is(complaint('x y'), "1:3 expected '=' or a call after 'x', found 'y'")
  assert.is(complaint('f() = 1'), '1:1 only a variable or a field can be assigned to')
  assert.is(complaint('a, f() = 1'), '1:4 only a variable or a field can be assigned to')
  assert.is(complaint('(a) = 1'), '1:1 only a variable or a field can be assigned to')
  assert.is(complaint('x! = 1'), '1:1 only a variable or a field can be assigned to')
  assert.is(complaint('1 = x'), "1:1 expected a statement, found '1'")
  assert.is(complaint('f:x = 1'), "1:5 expected '(' and the arguments of 'x', found '='")
  assert.is(complaint('for i = 1 do end'), "1:1 a numeric 'for' takes a start, a limit and an optional step, not 1 values")
})

errors('types that are none', () => {
  assert.is(complaint('local x: = 1'), "1:10 expected a type, found '='")
  assert.is(complaint('type X'), "1:7 expected '=' after 'type X', found end of file")
  assert.is(complaint('type X = {number, string}'), "1:17 expected '}' to close '{', found ','")
  assert.is(complaint('type X = (a: number, b)'), "1:24 expected '->' behind the parameters of a function type, found end of file")
  assert.is(complaint('local x: Box<T = 1'), "1:16 expected '>' to close '<', found '='")
  assert.is(complaint('local x: number< = 42'), "1:18 expected 'const' or 'close', found '='")
  assert.is(complaint('x = f::<T>'), "1:11 expected '(' and the arguments, found end of file")
  assert.is(complaint('interface I a: number'), "1:22 expected 'end' to close 'interface', found end of file")
  assert.is(complaint('interface I<T> end'), "1:12 expected ':' or the interface's members, found '<'")
})

errors('long lines are cut around the fault', () => {
  const { frame } = errorOf(`x = "${'a'.repeat(500)}" .. = 1`)
  assert.ok(frame!.split('\n').every((row) => row.length < 140))
  assert.match(frame!, /aa" \.\. = 1\n\s+\|\s+\^$/)
})

errors('bytecode and huge sources are refused', () => {
  assert.equal([errorOf('\x1bLua').code, errorOf('\x1bLua').kind], ['LUA_BYTECODE', 'Invalid'])
  assert.is(errorOf(`--${'é'.repeat(2 * 1024 * 1024)}`).code, 'LUA_TOO_LARGE')
  accepts(`--${'x'.repeat(1024 * 1024)}`)
})

errors('nesting ends before the limit of the machine', () => {
  const nested = (count: number) => `x = ${'('.repeat(count)}1${')'.repeat(count)}`
  accepts(nested(180))
  assert.match(complaint(nested(250)), /nested too deeply/)
  for (const deep of ['{', 'f(', '- ', 'a[', '1^', '"a"..', 'function() return '])
    assert.match(complaint(`x = ${deep.repeat(5000)}`), /nested too deeply/, deep)
  for (const deep of ['{', '(', 'A<', '() -> ', 'readonly ', 'A | B & ', 'A extends B ? C : ']) {
    assert.match(complaint(`type X = ${deep.repeat(5000)}`), /nested too deeply/, deep)
  }
  assert.match(complaint(`type X = A${'[]'.repeat(5000)}`), /nested too deeply/)
  assert.match(complaint(`type X = A${'.a'.repeat(5000)}`), /more than 16 parts/)
  assert.match(complaint('do '.repeat(5000)), /nested too deeply/)
})

errors('chains are not nesting', () => {
  for (const chain of [' + 1', ' as A', '!']) accepts(`x = y${chain.repeat(5000)}`)
  accepts(`x = y${'.a'.repeat(5000)}`)
  accepts(`if a then ${'elseif b then '.repeat(5000)}end`)
})

errors.run()

const rules = suite('parser: rules of Lua beyond its grammar')

rules('break, vararg and constants', () => {
  assert.is(complaint('break'), "1:1 'break' outside of a loop")
  assert.is(complaint('while x do local f = function() break end end'), "1:33 'break' outside of a loop")
  accepts('repeat if x then break end until y')
  assert.is(complaint('function f() return ... end'), "1:21 '...' outside of a variadic function")
  accepts('return ...')
  assert.is(complaint('local x <const> = 1\nfunction f() x = 2 end'), "2:14 'x' is a <const> variable and cannot be assigned to")
  accepts('local x <const> = 1; do local x; x = 2 end')
  assert.is(complaint('local x <konst> = 1'), "1:10 unknown attribute 'konst'")
  assert.is(complaint('local a <close>, b <close> = 1'), "1:18 a local statement can have only one '<close>' variable")
})

rules('goto finds its label and jumps over no local', () => {
  accepts('for i = 1, 2 do goto continue; local x = 1 ::continue:: end')
  accepts('do goto out end local x ::out:: ; ::more::')
  accepts('::top:: local x = f() if x then goto top end')
  assert.is(complaint('goto nowhere'), "1:6 no visible label 'nowhere' for goto")
  assert.is(complaint('goto inner do ::inner:: end'), "1:6 no visible label 'inner' for goto")
  assert.is(complaint('::a:: function f() goto a end'), "1:25 no visible label 'a' for goto")
  assert.is(complaint('goto out local x ::out:: f(x)'), "1:6 goto 'out' jumps into the scope of a local")
  assert.is(complaint('repeat goto out local x ::out:: until x'), "1:13 goto 'out' jumps into the scope of a local")
  assert.is(complaint('::a:: do ::a:: end'), "1:12 label 'a' is already defined at line 1")
})

rules('a function has 200 locals, and a type is one', () => {
  const locals = (count: number) => Array.from({ length: count }, (_, index) => `local v${index}\n`).join('')
  accepts(`${locals(199)}type T = number`)
  assert.is(complaint(`${locals(200)}type T = number`), '201:6 too many local variables in the main chunk: Lua allows 200')
  assert.match(complaint(`\nfunction f()\n${locals(198)}for k in x do end end`), /in the function at line 2/)
  accepts(`${locals(190)}do ${locals(10)} end do ${locals(10)} end`)
})

rules.run()
