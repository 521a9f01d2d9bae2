// Plain Lua 5.4 must come back byte for byte: a fixed program with every construct, and many random ones.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/lua/compile.ts'

const test = suite('plain Lua')
const same = (text: string) => assert.is(compile(text, { file: 'plain.lua' }).code, text)

const EVERYTHING = String.raw`
--[==[ a long
comment ]] ]==] local a <const>, b <close>, c = 0x7F, nil, .5e-3 -- and a short one
local s = 'it\'s' .. "\x41\065\u{20AC}\z
          \
" .. [[

long]] .. [=[ ]] ]=]
local function f(x, ...) local n <const> = select('#', ...) return x, n, ... end
local t = { 1; 2, [3] = f, x = 1, ["y z"] = { }, f(1, 2), ... ; }
t.x, t["y z"], c = c, t.x // 2, ~1 & 2 | 3 ~ 4 << 1 >> 2
function t.a.b:c(self2) return self, self2 end
t.f "s" { 1 } [[x]] (2):m { k = v }.z = not -#t ^ 2 ^ 3 % 4 / 5 * 6 - 7 .. 8 == 9 ~= 10 < 11 <= 12 > 13 >= 14 and 15 or 16
for i = 10, 1, -1 do if i == 5 then break elseif i ~= 4 then goto continue else ; end ::continue:: end
for k, v in next, t do while k do k = nil end repeat local q = v until q end
do goto done; do local z end ::done:: ; end
local as, type, readonly, typeof, interface, fun, is, keyof, extends, asserts = 1
as = as as = type type = type(as) typeof(is) readonly:keyof() interface = a < b, c > (d)
if a < b and b > c then f(a < b, c > (1)) end
(f or g)()
return function(...) return ... end, a; `

test('with every construct', () => {
  same(EVERYTHING)
  same(EVERYTHING.replaceAll('\n', '\r\n'))
})

/** A random program; the seed makes it repeatable. */
class Writer {
  #seed: number
  #depth = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  pick<T>(...choices: readonly T[]): T {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return choices[((mixed ^ (mixed >>> 14)) >>> 0) % choices.length]!
  }

  gap(): string {
    return this.pick(' ', ' ', ' ', '\n', '\t', ' --[[ ( ]] ', ' -- as T\n', '\r\n')
  }

  words(...parts: readonly string[]): string {
    return parts.map((part) => part + this.gap()).join('')
  }

  name(): string {
    return this.pick('a', 'b', 'type', 'x1', '_', 'readonly', 'self', 'typeof', 'interface', 'is')
  }

  list(item: () => string): string {
    return this.pick(
      () => item(),
      () => this.words(item(), ',') + item(),
    )()
  }

  expression(): string {
    if (++this.#depth > 8) {
      this.#depth--
      return this.pick(this.name(), '1', '"s"')
    }
    const text = this.pick(
      () => this.pick('nil', 'true', '0x1p4', "'\\65'", '[[\n]]', '...', '{}', this.name()),
      () =>
        this.words(this.expression(), this.pick('+', '..', '<', '>', '==', '~=', 'and', 'or', '//', '|', '>>', '^', '%')) +
        this.expression(),
      () => this.words(this.pick('-', 'not', '#', '~')) + this.expression(),
      () => `${this.words('(', this.expression())})`,
      () => this.call(),
      () =>
        `${this.words(
          '{',
          this.list(() => this.field()),
        )}}`,
      () => `${this.words('function', '(', this.pick('...', 'a, ...'), ')') + this.words(this.block())}end`,
    )()
    this.#depth--
    return text
  }

  field(): string {
    return this.pick(
      () => this.expression(),
      () => this.words(this.name(), '=') + this.expression(),
      () => this.words('[', this.expression(), ']', '=') + this.expression(),
    )()
  }

  call(): string {
    const prefix = this.pick(this.name(), `${this.name()}.${this.name()}`, `${this.name()}:${this.name()}`)
    return (
      prefix +
      this.pick(
        () => `(${this.list(() => this.expression())})`,
        () => ' "s"',
        () => '{}',
      )()
    )
  }

  block(): string {
    this.#depth++
    const count = this.#depth > 6 ? 0 : this.pick(0, 1, 2, 3)
    const text = Array.from({ length: count }, () => this.words(this.statement(), this.pick(';', ';', ''))).join('')
    this.#depth--
    return text
  }

  statement(): string {
    return this.pick(
      () =>
        this.words(
          'local',
          this.list(() => this.name()),
          '=',
        ) + this.list(() => this.expression()),
      () =>
        this.words(
          this.list(() => this.name()),
          '=',
        ) + this.list(() => this.expression()),
      () => this.call(),
      () => `${this.words('if', this.expression(), 'then', this.block(), 'else', this.block())}end`,
      () => `${this.words('for', this.name(), '=', '1', ',', this.expression(), 'do', this.block())}end`,
      () =>
        `${this.words(
          'for',
          this.list(() => this.name()),
          'in',
          this.expression(),
          'do',
          this.block(),
        )}end`,
      () => `${this.words('while', this.expression(), 'do', this.block())}end`,
      () => this.words('repeat', this.block(), 'until') + this.expression(),
      () => `${this.words('do', this.block())}end`,
      () => `${this.words('local', 'function', this.name(), '(', '...', ')', this.block())}end`,
      () => `${this.words('function', this.name(), '.', this.name(), '(', '...', ')', this.block())}end`,
    )()
  }
}

test('of random programs', () => {
  for (let seed = 1; seed <= 400; seed++)
    same(new Writer(seed).words(...Array.from({ length: 4 }, (_, index) => new Writer(seed * 7 + index).statement())))
})

test.run()
