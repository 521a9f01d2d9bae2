import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/lua/compile.ts'

const erased = (text: string) => compile(text, { file: 'app.lua' }).code
const same = (text: string) => assert.is(erased(text), text)
/** What stands between « and » becomes spaces, nothing else changes. */
const blanks = (marked: string) =>
  assert.is(
    erased(marked.replace(/[«»]/g, '')),
    marked.replace(/«([^»]*)»/g, (_, gone: string) => gone.replace(/[^\r\n]/g, ' ')),
  )
/** Compares without the trailing spaces of each line. */
const becomes = (text: string, expected: string) => {
  const code = erased(text)
  assert.is(code.replace(/ +$/gm, ''), expected)
  assert.is(code.split('\n').length, text.split('\n').length, 'lines')
}

const annotations = suite('erase: annotations')

annotations('become spaces', () => {
  blanks('local x«: number», y«: {string}?» = 1')
  blanks('local f = function(a«: A», b«?: B», ...«: any»)«: (T, error?)» end')
  blanks('local function f«<T: Bound, U>»(x«: T»)«: U» end')
  blanks('function M:m(x«: number»)«: string, error?» end')
  blanks('for i«: integer» = 1, 2 do end')
  blanks('for k«: string», v in pairs(t) do end')
  blanks('x = f«::<A, B<C>>»(1) + o:m«::<T>»"s"')
})

annotations('stand beside attributes', () => {
  blanks('local x <const>«: number» = 1')
  blanks('local x«: number» <const>, y«: File» <close> = 1')
  blanks('local m«: Map<string, List<number>>»= 3')
  blanks('local m«: Box<T>»= 3')
})

annotations('may take several lines', () => {
  becomes('local t: {\n\ta: number, -- note\n} = x\nf()', 'local t\n\n  = x\nf()')
  assert.is(erased('f(function(\r\n  b: {\r\n    x: B\r\n  }\r\n) end)'), 'f(function(\r\n  b\r\n\r\n   \r\n) end)')
})

annotations('all types parse', () => {
  const types = [
    'nil',
    'function',
    '"a" | \'b\' | 3 | -1 | 2.5 | true',
    '| A | B',
    'A & B | C',
    'lib.deep.User',
    'Box<lib.User, {string}>',
    '{}',
    '{x: T, y?: U, type: V, end: W,}',
    '{readonly x: T; y: U}',
    '{[string]: {number}[]}',
    'T?[]?',
    '(A)',
    '() -> ()',
    '(a: A, b?: B, ...C) -> (D, ...E)',
    '(A) -> (B) -> C | D',
    '((A) -> B)?',
    '(A | B)[]',
    '<T>(x: T) -> T',
    'fun(a: A, ...): B',
    'fun()',
    'interface {x: T}',
    'readonly {T}',
    'typeof(x.y)',
    'typeof(f(1))',
    'keyof(T)',
    'T["x"]',
    'A extends B ? C : D?',
    'asserts x is string',
    'asserts x',
    'number @min(1) @max(-2.5)',
    'string @pattern("^a$")?',
    '{T @flag} @min_len(1)',
    'number[] @a[] @b()',
    'type<T>',
    'channel<T>',
  ]
  for (const type of types) {
    becomes(`local x: ${type} = 1`, `local x  ${' '.repeat(type.length)} = 1`)
    becomes(`local f = function(): ${type} return 1 end`, `local f = function()  ${' '.repeat(type.length)} return 1 end`)
    becomes(`y = x as ${type}\nlocal z`, 'y = x\nlocal z')
    assert.match(erased(`type X = ${type}`), /^local X = __type\("X",function\(X\)return .* end\);$/)
  }
})

annotations.run()

const casts = suite('erase: casts')

casts('become spaces', () => {
  blanks('local y = x« as number» + 1')
  blanks('local y = (x« :: {a: T}»).a')
  blanks('local y = f(x«!», a.b«!».c«!»[1]«!»:m()«!», 1)')
  blanks('return -x« as A as B?», #t« :: C»')
  blanks('if x« as number» < 5 then end')
})

casts('have one value where several would be taken', () => {
  assert.is(erased('return f() as T'), 'return (f() )   ')
  assert.is(erased('return f()!'), 'return (f())')
  assert.is(erased('g(1, ... :: T)'), 'g(1, (... )   )')
  assert.is(erased('t = {f() as T}'), 't = {(f() )   }')
  assert.is(erased('local a, b = f() as T'), 'local a, b = (f() )   ')
  assert.is(erased('local a = f() as T'), 'local a = f()     ')
  assert.is(erased('return f() as T, 1'), 'return f()     , 1')
  assert.is(erased('return (f() as T)'), 'return (f()     )')
  assert.is(erased('return f() as {\n  T} as U'), 'return (f() )\n         ')
})

casts('end a statement in front of a parenthesis', () => {
  becomes('local a = b as T\n(f or g)()', 'local a = b ;\n(f or g)()')
  becomes('local a = b! -- note\n\n(f or g)()', 'local a = b; -- note\n\n(f or g)()')
  becomes('local a = b!(c)', 'local a = b (c)')
  becomes('a, b = f() as T --[[x]]\n(g)()', 'a, b = (f() );   --[[x]]\n(g)()')
  becomes('local a: T\n(f or g)()', 'local a\n(f or g)()')
})

casts('leave labels and variables named as alone', () => {
  same('goto as; ::as:: ; x = y ::done:: f()')
  same('local as = 1; as = 2 as = 3; local x = as; y = as.z; as(1) as:m() as[1], as = 1, 2')
  same('x = y\nas(1)\nz = y\nas "s"\nz = y\nas {}')
  assert.is(erased('y = as as as'), 'y = as      ')
  assert.is(erased('y = x as (A) -> B'), 'y = x            ')
  assert.is(erased('y = x as {A}'), 'y = x       ')
})

casts.run()

const definitions = suite('erase: type definitions')
const shape = (type: string) => /return (.*) end\);$/m.exec(erased(`type X = ${type}`))![1]!

definitions('become a local on the first line', () => {
  becomes('type Id = string', 'local Id = __type("Id",function(Id)return "string" end);')
  becomes(
    'do\n  type P = {\n    x: number,\n  } local y = 1\nend',
    'do\n  local P = __type("P",function(P)return {"record",{"x","number"}} end);\n\n    local y = 1\nend',
  )
  becomes(
    'type Box<T, U: A> = {v: T}',
    'local Box = __type("Box",function(Box,T,U)return {"record",{"v",{"ref","T",T}}},nil,{"ref","A",A} end,{"T","U"});',
  )
})

definitions('that use a later one declare it', () => {
  becomes(
    'type A = {b: B?}\nf()\ntype B = A',
    'local A, B; A = __type("A",function(A)return {"record",{"b",{"optional",{"ref","B",B}}}} end);\nf()\nB = __type("B",function(B)return {"ref","A",A} end);',
  )
  becomes(
    'type A = B\nlocal B\ntype B = A',
    'local A = __type("A",function(A)return {"ref","B",B} end);\nlocal B\nlocal B = __type("B",function(B)return {"ref","A",A} end);',
  )
})

definitions('describe their type', () => {
  assert.is(shape('lib.User?'), '{"optional",{"ref","lib.User",lib and lib.User}}')
  assert.is(shape('Box<string>'), '{"apply",{"ref","Box",Box},{"string"}}')
  assert.is(shape('"a" | 3 | -1 | true | nil'), '{"union",{"literal","a"},{"literal",3},{"literal",-1},{"literal",true},"nil"}')
  assert.is(shape('A & B | C'), '{"union",{"intersection",{"ref","A",A},{"ref","B",B}},{"ref","C",C}}')
  assert.is(shape('{[string]: number[]}'), '{"map","string",{"array","number"}}')
  assert.is(shape('{x: (T), y?: readonly {T}}'), '{"record",{"x",{"ref","T",T}},{"y",{"readonly",{"array",{"ref","T",T}}},true}}')
  assert.is(shape('(a: A, B, ...any) -> ()'), '{"function",{{"a",{"ref","A",A}},{false,{"ref","B",B}},rest="any"},{}}')
  assert.is(shape('<T>(x: T) -> T'), '{"function",{{"x","any"}},{"any"}}')
  assert.is(shape('number @min(LIMIT.low) @max(1e3)'), '{"check","number",{"min",(LIMIT and LIMIT.low)},{"max",1e3}}')
  assert.is(shape('[[a\n"b"]]'), '{"literal","a\\n\\"b\\""}')
  assert.is(shape('typeof({1, a = "x"})'), '{"typeof",{1,["a"]="x"}}')
  assert.is(shape('typeof(f())'), '"any"')
  assert.is(shape('keyof(A["b"])'), '{"keyof",{"member",{"ref","A",A},{"literal","b"}}}')
})

definitions('take typeof of a local from its annotation', () => {
  assert.match(erased('local x: {a: string} = y\nfunction f() type T = typeof(x) end'), '{"record",{"a","string"}}')
  assert.match(erased('local x: string = y\nfunction f(x) type T = typeof(x) end'), '{"typeof",(x)}')
  assert.match(erased('local x: typeof(x) = y\ntype T = typeof(x)'), '{"typeof",(x)}')
})

definitions('become so much code and no more', () => {
  const fields = (count: number, type: string): string => Array.from({ length: count }, (_, at) => `f${at}: ${type}`).join(', ')
  const pattern = `string @pattern("[${'a-bd-e'.repeat(50)}]{200}")`
  assert.throws(
    () => erased(`local x: {${fields(3000, 'string')}} = y\ntype T = {${fields(100, 'typeof(x)')}}`),
    /more than 1000000 characters/,
  )
  assert.throws(() => erased(`type T = {${fields(20, pattern)}}`), /more than 1000000 characters/)
  assert.ok(erased(`local x: {${fields(100, 'string')}} = y\ntype T = {${fields(100, 'typeof(x)')}}`).length > 100_000)
})

definitions('of each other, among many statements', () => {
  const types = Array.from({ length: 100 }, (_, at) => `type T${at} = {next: T${at + 1}}`)
  const made = erased([...types, 'type T100 = string', ...Array(50).fill('f()')].join('\n'))
  assert.match(made, 'local T0, T1; T0 = __type("T0",')
  assert.match(made, '\nlocal T2; T1 = __type("T1",')
})

definitions('know the type parameters of the functions around as any', () => {
  assert.match(erased('function f<T>() type L = {T} end'), '{"array","any"}')
  assert.match(erased('function f<T>() type L<T> = {T} end'), '{"array",{"ref","T",T}}')
})

definitions('of interfaces are records with their bases', () => {
  becomes(
    'interface Shape: A, lib.B\n  name: string\n  function area(self: Shape, ...): number, string\n  tag?: T\nend f()',
    `local Shape = __type("Shape",function(Shape)return {"intersection",{"ref","A",A},{"ref","lib.B",lib and lib.B},{"record",{"name","string"},{"area",{"function",{{"self",{"ref","Shape",Shape}},rest="any"},{"number","string"}}},{"tag",{"ref","T",T},true}}} end);\n\n\n\n    f()`,
  )
})

definitions('leave variables of those names alone', () => {
  same('type(x) local type = type; type = 3; type, y = 1, 2; type.x = 1; type "s"; type {}')
  same('local interface, readonly, typeof, keyof, fun, is, asserts, extends = 1; interface = 2; interface(x); readonly = typeof(is)')
})

definitions('refuse what cannot be described, with its place', () => {
  const complaint = (text: string) => {
    try {
      return erased(text)
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.is(complaint('type X = number @min(f())'), "an argument of '@min' must be a literal or a name")
  assert.is(complaint('type X = string @pattern(P)'), "the argument of '@pattern' must be a string literal")
  assert.is(complaint('type X = string @pattern("(a")'), "this is not a regular expression: a '(' is not closed")
})

definitions('that would need too many registers are made in functions of their own', () => {
  const nested = (count: number) => `${'{x: '.repeat(count)}A${'}'.repeat(count)}`
  assert.not.match(erased(`type X = ${nested(10)}`), '(function()return {')
  assert.match(erased(`type X = ${nested(50)}`), '(function()return {')
})

definitions.run()

const prelude = suite('erase: what stands before the first token')

prelude('becomes spaces', () => {
  assert.is(erased('#!/usr/bin/wippy\nf()'), '                \nf()')
  assert.is(erased('\ufefff()'), ' f()')
})

prelude.run()
