// Sources that nobody would write: each is checked within bounds, and none breaks the checker.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../../src/error.ts'
import { Random } from '../../support/random.ts'
import { randomTyped } from '../random-typed.ts'
import { checked } from './marked.ts'

const test = suite('hostile sources')

const times = (count: number, part: (index: number) => string, joint = '\n'): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(joint)

/** Each by what it is large in. */
const SOURCES: Readonly<Record<string, string>> = {
  'a union of many members': `type U = ${times(20_000, (index) => `"m${index}"`, ' | ')}\nlocal x: U = "m7"\nlocal y: U = "none"\nreturn x, y`,
  'unions of unions': `type U0 = "a" | "b"\n${times(300, (index) => `type U${index + 1} = U${index} | U${index} | "x${index}"`)}\nlocal x: U300 = "y"`,
  'records within records': `type R0 = { x: number }\n${times(180, (index) => `type R${index + 1} = { a: R${index}, b: R${index}, c: R${index}, d: R${index} }`)}
local function f(r: R180): number return r.a.b.c.d.a.b.c.d end\nlocal x: R180 = { a = 1 }\nlocal y: R179 = x\nlocal z: R180 = y`,
  'records that are alike and endless': `type A = { next: A?, value: number, other: B? }\ntype B = { next: B?, value: number, other: A? }
${times(200, (index) => `local a${index}: A? = nil\nlocal b${index}: B? = a${index}`)}`
    .replace(/local a(\d+)/g, 'do local a$1')
    .replace(/(local b\d+: B\? = a\d+)/g, '$1 end'),
  'a type that grows':
    'type Grow<T> = { inner: Grow<{ T }>, value: T }\nlocal function f(g: Grow<number>, h: Grow<string>): Grow<boolean>\n  return g.inner.inner.inner\nend\nlocal x: Grow<number> = f(nil, nil)\nreturn x',
  'a type that is itself':
    'type A = A\ntype B = B | nil\ntype C = { C } | C\ntype D = D & D\nlocal a: A = 1\nlocal b: B = 1\nlocal c: C = 1\nlocal d: D = 1\nreturn a + b, c.x, d.y, #c, b.z',
  'a generic that is itself': 'type F<T> = F<F<T>>\nlocal x: F<number> = 1\nlocal y: F<string> = x\nreturn x.a',
  intersections: `type I0 = { a: number }\n${times(300, (index) => `type I${index + 1} = I${index} & { f${index}: number } & I${index}`)}\nlocal x: I300 = { a = 1 }\nreturn x.f1, x.none`,
  'functions of functions': `local f: ${times(60, () => '(', '')}number${times(60, () => ') -> number', '')} = nil\nf(1)`,
  'a long chain of operators': `return ${times(50_000, (index) => String(index), ' + ')}`,
  'a long chain of and': `local x: { a: number }? = nil\nreturn ${times(20_000, () => 'x', ' and ')}`,
  'a long chain of or in a condition': `local x: number? = nil\nif ${times(5_000, (index) => `x == ${index}`, ' or ')} then return x end`,
  'many conditions': `local x: string | number | nil = nil\n${times(20_000, (index) => `if x == "v${index}" then return x end`)}`,
  'many fields known': `local t: { [string]: number? } = {}\n${times(20_000, (index) => `if not t.f${index} then return end`)}`,
  'nested functions': `${times(150, (index) => `local function f${index}(a${index}) local x = a${index} if x then `, '')}${times(150, () => 'end end ', '')}`,
  'nested loops': `local x\n${times(80, () => 'while x do x = x.y if x then break end ', '')}${times(80, () => 'end ', '')}`,
  'many variables': times(3_000, (index) => `do local a${index}, e${index} = f()\nif e${index} then return a${index} end end`),
  'many calls of one generic': `local function g<A, B, C>(a: A, b: (A) -> B, c: { C }): { A | B | C } return {} end\n${times(5_000, () => 'g({ x = 1 }, function(q) return q.x end, { g })')}`,
  'a table with many fields': `local t = { ${times(30_000, (index) => `f${index} = ${index}`, ', ')} }\nlocal u: { [string]: number } = t\nlocal v: { f1: string } = t\nt.none()`,
  'long names': `local ${'x'.repeat(100_000)} = 1\nreturn ${'y'.repeat(100_000)}, math.${'z'.repeat(100_000)}`,
  'names that miss': `local M = { ${times(2_000, (index) => `name_${index} = 1`, ', ')} }\n${times(2_000, (index) => `M.nome_${index}()`)}\nreturn M`,
  'undefined names': times(5_000, (index) => `print(undefined_${index})`),
  'tables in tables': `local t = ${'{ x = '.repeat(150)}1${' }'.repeat(150)}\nlocal u: { x: { x: { x: string } } } = t\nreturn t${'.x'.repeat(2_000)}`,
  'a table that holds itself': `local t = {}\nt.self = t\nt.list = { t, t, t }\nlocal u: { self: { self: { list: { number } } } } = t\nprint(t, { t, { t } })\nreturn t`,
  'objects of one sort, and fields that they do not have': `local M = {}\nM.__index = M\nlocal big = { ${times(300, (index) => `field_of_${index} = ${index}`, ', ')} }
${times(1_000, (index) => `local function f${index}(self) return setmetatable({ made_${index % 300} = ${index} }, M) end`).replaceAll('local function', 'function M.')}
setmetatable(big, M)\nfunction M:all()\n${times(3_000, (index) => `  print(self.feild_of_${index}, self.mdae_${index}, self.field_of_${index % 300})`)}\nend\nreturn M`,
  'tables behind tables': `local M0 = {}\n${times(180, (index) => `local M${index + 1} = setmetatable({ f${index} = ${index} }, { __index = M${index} })`)}\nfunction M180:all()\n${times(2_000, (index) => `  print(self.f${index}, self.g${index})`)}\nend\nreturn M180`,
  labels: `${times(2_000, (index) => `if x then goto l${index} end ::l${index}::`)}`,
}

for (const [what, source] of Object.entries(SOURCES)) {
  test(what, () => {
    const before = process.cpuUsage()
    try {
      const { diagnostics } = checked(source)
      assert.ok(diagnostics.length <= 100)
      for (const { message } of diagnostics) assert.ok(message.length < 2_000, `${message.length}`)
    } catch (error) {
      if (!(error instanceof WippyError)) throw error // it does not parse, which is an answer
    }
    const { user, system } = process.cpuUsage(before)
    assert.ok(user + system < 8_000_000, `${(user + system) / 1e6} s`)
  })
}

test('what is given up says so', () => {
  const { diagnostics } = checked(SOURCES['a long chain of and']!)
  assert.equal(
    diagnostics.map(({ code, severity, line }) => ({ code, severity, line })),
    [{ code: 'E0013', severity: 'warning', line: 1 }],
  )
})

test('random typed code, whole and with a piece cut out', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { typed } = randomTyped(seed)
    const random = new Random(seed)
    const cut = random.below(typed.length + 1)
    for (const source of [typed, typed.slice(0, cut) + typed.slice(cut + random.below(20))]) {
      try {
        checked(source)
      } catch (error) {
        if (!(error instanceof WippyError)) throw new Error(`seed ${seed}: ${source}`, { cause: error })
      }
    }
  }
})

test.run()
