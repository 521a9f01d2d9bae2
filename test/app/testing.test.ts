import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTests, type Tested, type TestOptions, testsAmong, totalsOf, touchedBy } from '../../src/app/testing.ts'
import { boot, type Node } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/service/logger.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('testing')

type Files = Readonly<Record<string, string>>

/** An entry that is a test, whose text is in a file of its name. */
const entry = (name: string, meta = 'type: test', more = ''): string =>
  `  - { name: ${name}, kind: function.lua, source: "file://${name}.lua", meta: { ${meta} }, modules: [io, time, funcs], imports: { test: "wippy.test:test" }${more} }\n`

const app = (entries: string, files: Files): string =>
  directoryWith({
    'src/_index.yaml': `version: "1.0"\nnamespace: app\nentries:\n  - { name: processes, kind: process.host }\n${entries}`,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`src/${name}.lua`, text])),
  })

const quiet = createLog({ write: () => {}, now: Date.now, format: 'json', level: 'error' })

const within = async <T>(directory: string, act: (node: Node) => Promise<T>): Promise<T> => {
  const { config } = await loadConfig(directory)
  const state = join(directoryWith({}), 'state')
  const node = await boot({ ...config, state, registry: { ...config.registry, history: 'none' } }, { log: quiet, passing: true })
  try {
    return await act(node)
  } finally {
    await node.stop({ now: true })
  }
}

const OPTIONS: TestOptions = { context: () => ({ values: {}, operator: true }), timeout: '20s' }

const run = (directory: string, options: Partial<TestOptions> = {}): Promise<readonly Tested[]> =>
  within(directory, (node) => runTests(node, testsAmong(node.registry.snapshot().entries()), { ...OPTIONS, ...options }))

/** What the cases of one file come to. */
const casesOf = async (source: string, meta = 'type: test'): Promise<Tested['cases']> =>
  (await run(app(entry('one', meta), { one: source })))[0]!.cases

const described = (cases: string): string =>
  `local test = require("test")\nreturn { main = test.run_cases(function() test.describe("it", function()\n${cases}\nend) end) }\n`

/** Each assertion where it holds, and where it does not: with what is said then. */
const ASSERTIONS: readonly (readonly [lua: string, failure?: RegExp])[] = [
  ['test.eq(1, 1) test.eq("a", "a") test.eq(nil, nil)'],
  ['test.eq(1, 2)', /^assertion failed: expected 2, got 1$/],
  ['test.eq("a", "b", "the letter")', /^the letter: expected "b", got "a"$/],
  ['test.eq({}, {})', /test\.same/],
  ['test.neq(1, 2) test.neq({}, {})'],
  ['test.neq(1, 1)', /expected something other than 1/],
  ['test.same({ 1, { a = 2 } }, { 1, { a = 2 } })'],
  ['local a = {} a.a = a local b = {} b.a = b test.same(a, b)'],
  ['test.same({ 1, 2 }, { 1 })', /expected \{ 1, \}, got \{ 1, 2, \}/],
  ['test.same({ a = 1 }, { a = 1, b = false })', /b = false/],
  ['test.eq(test.ok(0), 0)'],
  ['test.ok(false)', /expected a truthy value, got false/],
  ['test.fail()', /^assertion failed$/],
  ['test.fail("no")', /^no$/],
  ['test.is_nil(nil)'],
  ['test.is_nil(0)', /expected nil, got 0/],
  ['test.eq(test.not_nil(false), false)'],
  ['test.not_nil(nil)', /expected a non-nil value/],
  ['test.is_true(true) test.is_false(false)'],
  ['test.is_true(1)', /expected true, got 1/],
  ['test.is_false(nil)', /expected false, got nil/],
  ['test.eq(test.is_string("x"), "x") test.is_number(1.5) test.is_table({}) test.is_function(print) test.is_boolean(false)'],
  ['test.is_string(1)', /expected string, got 1/],
  ['test.is_number("1")', /expected number, got "1"/],
  ['test.is_table(nil)', /expected table, got nil/],
  ['test.is_function({})', /expected function, got \{\}/],
  ['test.is_boolean("true")', /expected boolean/],
  ['test.eq(test.contains("a.b", "."), "a.b")'],
  ['test.contains("ab", ".")', /expected a string that contains "\.", got "ab"/],
  ['test.contains(nil, "x")', /got nil/],
  ['test.matches("a1", "%d$")'],
  ['test.matches("a", "%d")', /expected a string that matches/],
  ['test.eq(test.has_key({ a = false }, "a"), false)'],
  ['test.has_key({ b = 1 }, "a")', /a table with the key "a", got \{ b = 1, \}/],
  ['test.has_key(1, "a")', /expected table, got 1/],
  ['test.len({ 1, 2 }, 2) test.len("abc", 3)'],
  ['test.len({}, 1)', /expected length 1, got 0/],
  ['test.len(5, 1)', /expected length 1, got 5/],
  ['test.gt(2, 1) test.gte(2, 2) test.lt(1, 2) test.lte(2, 2)'],
  ['test.gt(1, 1)', /expected 1 > 1/],
  ['test.gte(1, 2)', /expected 1 >= 2/],
  ['test.lt(2, 1)', /expected 2 < 1/],
  ['test.lte(2, 1)', /expected 2 <= 1/],
  ['test.contains(tostring(test.throws(function() error("x") end)), "x")'],
  ['test.throws(function() end)', /expected an error, and there was none/],
  ['test.has_error(nil, "x")'],
  ['test.has_error(1, "x")', /expected nil and an error, got 1/],
  ['test.has_error(nil, nil)', /expected an error, got nil/],
  ['test.no_error(1, nil) test.no_error(nil, nil)'],
  ['test.no_error(nil, "broken")', /unexpected error: broken/],
  ['expect(1).to_equal(1) expect({ 1 }).to_equal({ 1 }) test.expect(1).not_to_equal(2)'],
  ['expect(1).to_equal(2)', /^assertion failed: expected 1 to equal 2$/],
  ['expect(nil).to_be_nil() expect(1).not_to_be_nil() expect(true).to_be_true() expect(false).to_be_false() expect(1).not_to_be_true()'],
  ['expect(1).to_be_nil()', /expected 1 to be nil$/],
  ['expect(nil).not_to_be_nil()', /expected nil not to be nil$/],
  ['expect("ab").to_contain("b") expect("a1").to_match("%d") expect(1).to_be_type("number") expect({ a = 1 }).to_have_key("a")'],
  ['expect("ab").to_contain("c")', /expected "ab" to contain "c"$/],
  [
    'expect(2).to_be_greater_than(1) expect(2).to_be_greater_than_or_equal(2) expect(1).to_be_less_than(2) expect(1).to_be_less_than_or_equal(1)',
  ],
  ['expect(1).to_be_greater_than(1)', /expected 1 to be greater than 1$/],
  ['pcall(test.eq, 1, 2)'], // caught: none of the case's
]

test('each assertion, where it holds and where it does not; the place is the line that asserts', async () => {
  const cases = await casesOf(described(ASSERTIONS.map(([lua], at) => `test.it("${at}", function() ${lua} end)`).join('\n')))
  assert.is(cases.length, ASSERTIONS.length)
  for (const [at, [lua, wrong]] of ASSERTIONS.entries()) {
    const { status, failure, name, suite: of } = cases[at]!
    assert.equal([of, name, status], ['it', String(at), wrong ? 'failed' : 'passed'], `${lua}: ${failure?.message}`)
    if (wrong === undefined) continue
    assert.match(failure!.message, wrong, lua)
    assert.equal([failure!.file, failure!.line], ['src/one.lua', at + 3], lua)
  }
})

test('what was expected and what came is written out, in one order, as far as it is readable', async () => {
  const [tables, texts, large] = await casesOf(
    described(`test.it("a", function() test.same({ b = { 1, "x" }, a = true, [3.5] = 1 }, { a = true }) end)
test.it("b", function() test.eq("a\\nb", "a\\nc") end)
test.it("c", function() local t = {} for i = 1, 1000 do t[i] = ("x"):rep(100) end t.t = t test.same(t, nil) end)`),
  )
  assert.equal(
    [tables?.failure?.expected, tables?.failure?.actual],
    ['{\n  a = true,\n}', '{\n  [3.5] = 1,\n  a = true,\n  b = {\n    1,\n    "x",\n  },\n}'],
  )
  assert.equal([texts?.failure?.expected, texts?.failure?.actual], ['a\nc', 'a\nb'])
  assert.ok(large!.failure!.actual!.length < 30_000)
})

test('errors of all sorts are failures, with the place they name, or that of the case', async () => {
  const cases = await casesOf(
    described(`test.it("text", function()
  error("plain") end)
test.it("value", function() error({ code = 5 }) end)
test.it("nothing", function() error() end)
test.it("mistake", function()
  local x = nil
  return x.y end)`),
  )
  assert.equal(
    cases.map(({ status, failure }) => [status, failure?.message, failure?.line]),
    [
      ['failed', 'plain', 4],
      ['failed', '{ code = 5, }', 5],
      ['failed', 'nil', 6],
      ['failed', "attempt to index a nil value (local 'x')", 9],
    ],
  )
})

test('hooks: around all, around each, from the outside in and back', async () => {
  const source = described(`local log = {}
local function note(what) return function() table.insert(log, what) end end
before_all(note("A")) after_all(note("Z")) before_each(note("b")) after_each(note("y"))
it("one", note("1"))
describe("inner", function()
  before_all(note("A2")) after_all(note("Z2")) before_each(note("c")) after_each(note("x"))
  it("two", note("2"))
  describe("innermost", function() it("three", note("3")) end)
end)
it("four", function() test.eq(table.concat(log, " "), "A b 1 y b") end)`)
  const cases = await casesOf(
    `${source.replace('end) end) }', 'end) test.describe("after", function() it("all", function() end) end) end) }')}`,
  )
  assert.equal(
    cases.map(({ suite: of, name, status }) => `${of}: ${name} ${status}`),
    ['it: one passed', 'it: four passed', 'it > inner: two passed', 'it > inner > innermost: three passed', 'after: all passed'],
  )
  const order = await casesOf(
    described(`local log = {}
local function note(what) return function() table.insert(log, what) end end
describe("outer", function()
  before_all(note("A")) after_all(note("Z")) before_each(note("b")) after_each(note("y"))
  describe("inner", function()
    before_all(note("A2")) after_all(note("Z2")) before_each(note("c")) after_each(note("x"))
    it("one", note("1"))
    it("two", note("2"))
  end)
end)
describe("then", function() it("was", function() test.eq(table.concat(log, " "), "A A2 b c 1 x y b c 2 x y Z2 Z") end) end)`),
  )
  assert.equal(order.at(-1)?.failure, null)
})

test('a hook that fails is the failure of those it stands for', async () => {
  const cases = await casesOf(
    described(`describe("all", function() before_all(function() error("no") end) it("a", function() end) it_skip("b", function() end) end)
describe("each", function() before_each(function() error("no") end) it("c", function() end) end)
describe("after", function() after_each(function() error("no") end) it("d", function() end) end)
describe("end", function() after_all(function() error("no") end) it("e", function() end) end)
it("f", function() end)`),
  )
  assert.equal(
    cases.map(({ name, status, failure }) => [name, status, failure?.message.replace(/src\S+ /, '')]),
    [
      ['f', 'passed', undefined],
      ['a', 'failed', 'before_all of all: no'],
      ['b', 'skipped', undefined],
      ['c', 'failed', 'before_each: no'],
      ['d', 'failed', 'after_each: no'],
      ['e', 'passed', undefined],
      ['after_all', 'failed', 'after_all of end: no'],
    ],
  )
})

test('mocks stand in for a field of a global until the case is over, and never for what tells of it', async () => {
  const cases = await casesOf(
    described(`local real = process.send
it("stands in", function()
  local got
  test.mock("process.send", function(_, _, what) got = what return true end)
  process.send("somebody", "topic", 5)
  test.eq(got, 5)
  test.not_nil(process.pid())
  test.restore_mock("process.send")
  test.eq(process.send, real)
end)
it("two at once", function()
  mock_process("send", 1) mock("process.pid", 2)
  test.eq(process.send, 1) test.eq(process.pid, 2)
  restore_mock("process.pid")
  test.eq(process.send, 1) test.is_function(process.pid)
  restore_all_mocks()
  test.eq(process.send, real)
end)
it("is left", function() mock("process.send", function() error("never") end) end)
it("and gone", function() test.eq(process.send, real) end)
it("names", function() test.throws(function() mock("nothing.here", 1) end) test.throws(function() mock("process", 1) end) end)`),
  )
  assert.equal(
    cases.map(({ status, failure }) => failure?.message ?? status),
    ['passed', 'passed', 'passed', 'passed', 'passed'],
  )
})

test('a test without a library is one case: nothing and true are good, false and an error are not', async () => {
  const sources = {
    a: 'return { main = function() end }',
    b: 'return { main = function() return false end }',
    c: 'return { main = function()\n error("no") end }',
  }
  const tested = await run(
    app(
      Object.keys(sources)
        .map((name) => entry(name))
        .join(''),
      sources,
    ),
  )
  assert.equal(
    tested.map(({ entry: id, cases }) => [id, ...cases.map(({ status, failure }) => [status, failure?.message, failure?.line])]),
    [
      ['app:a', ['passed', undefined, undefined]],
      ['app:b', ['failed', 'it returned false', null]],
      ['app:c', ['failed', 'no', 2]],
    ],
  )
  assert.equal(totalsOf(tested), { passed: 1, failed: 2, skipped: 0 })
})

test('what a test does to itself fails it alone: no end, no memory, no Lua', async () => {
  const sources = {
    a_loop: described(
      'it("ok", function() end)\nit("loops", function()\nlocal n = 0\nwhile true do n = n + 1 end end)\nit("never", function() end)',
    ),
    b_memory: 'return { main = function() local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end end }',
    c_lua: 'return {',
    d_define: 'local test = require("test")\nreturn { main = test.run_cases(function()\n error("no") end) }',
    e_after: `local test = require("test")\nlocal all = test.run_cases(function() test.describe("x", function() test.it("y", function() end) end) end)\nreturn { main = function(o) all(o)\n error("late") end }`,
    d_runner: `return { main = function(options)\n require("process").terminate(options.pid)\n require("time").sleep("1h") end }`,
    f_fine: 'return { main = function() return true end }',
  }
  const entries = Object.keys(sources).map((name) => entry(name, name === 'a_loop' ? 'type: test, timeout: 2s' : 'type: test'))
  const tested = await run(app(entries.join(''), sources))
  assert.equal(
    tested.map(({ entry: id, cases }) => [id, ...cases.map(({ name, status, failure }) => [name, status, failure?.file, failure?.line])]),
    [
      ['app:a_loop', ['ok', 'passed', undefined, undefined], ['loops', 'failed', 'src/a_loop.lua', 6]],
      ['app:b_memory', ['b_memory', 'failed', null, null]],
      ['app:c_lua', ['c_lua', 'failed', 'src/c_lua.lua', 1]],
      ['app:d_define', ['d_define', 'failed', 'src/d_define.lua', 3]],
      ['app:d_runner', ['d_runner', 'failed', null, null]],
      ['app:e_after', ['y', 'passed', undefined, undefined], ['e_after', 'failed', 'src/e_after.lua', 4]],
      ['app:f_fine', ['f_fine', 'passed', undefined, undefined]],
    ],
  )
  assert.match(tested[0]!.cases[1]!.failure!.message, 'longer than 2')
})

test('what a test has started ends with it, and what that has started; what the app runs goes on', async () => {
  const entries = `${entry('a_starts')}${entry('b_looks')}
  - { name: worker, kind: process.lua, source: "file://worker.lua" }
  - { name: kept, kind: process.lua, source: "file://kept.lua" }
  - { name: keeper, kind: process.service, process: "app:kept", host: "app:processes", lifecycle: { auto_start: true } }
`
  const files = {
    a_starts: `return { main = function()
      process.spawn("app:worker", "app:processes", process.pid(), true)
      local _ = process.inbox():receive(), process.inbox():receive()
      return process.registry.lookup("outer") ~= nil and process.registry.lookup("inner") ~= nil
    end }`,
    b_looks: `return { main = function()
      local outer, inner = process.registry.lookup("outer"), process.registry.lookup("inner")
      return outer == nil and inner == nil and process.registry.lookup("kept") ~= nil
    end }`,
    worker: `return { main = function(test, outer)
      process.registry.register(outer and "outer" or "inner")
      if outer then process.spawn("app:worker", "app:processes", test, false) end
      process.send(test, "ready", true)
      process.inbox():receive()
    end }`,
    kept: 'return { main = function() process.registry.register("kept") process.inbox():receive() end }',
  }
  const tested = await run(app(entries, files))
  assert.equal(
    tested.map(({ entry: id, cases }) => [id, ...cases.map(({ status, failure }) => [status, failure?.message])]),
    [
      ['app:a_starts', ['passed', undefined]],
      ['app:b_looks', ['passed', undefined]],
    ],
  )
})

test('a time that is none is refused, of all tests and of one', async () => {
  const directory = app(entry('one', 'type: test, timeout: 0s'), { one: 'return { main = function() end }' })
  const [one] = await run(directory)
  assert.match(one!.cases[0]!.failure!.message, 'a timeout of "0s" leaves no time')
  try {
    await run(directory, { timeout: '0' })
    assert.unreachable()
  } catch (error) {
    assert.is((error as { readonly code?: string }).code, 'DURATION_INVALID')
  }
})

test('cases are told as they end, and what is written is kept', async () => {
  const told: string[] = []
  const heard = {
    began: ({ id }: { readonly id: string }) => told.push(`began ${id}`),
    ended: (_: unknown, { name }: { readonly name: string }) => told.push(`ended ${name}`),
    done: ({ entry: id }: Tested) => told.push(`done ${id}`),
  }
  const source = described('it("a", function() print("seen", 1) require("io").write("out") end) it("b", function() end)')
  const [tested] = await run(app(entry('one'), { one: source }), { heard } as Partial<TestOptions>)
  assert.equal(told, ['began app:one', 'ended a', 'ended b', 'done app:one'])
  assert.match(tested!.output, /seen\t?\s*1[\s\S]*out/)
})

test('suites by name, in them by order; chosen by words and namespaces', async () => {
  const sources = { x: '', y: '', z: '', other: '' }
  const entries = [
    entry('z'),
    entry('x', 'type: test, suite: b, order: 2'),
    entry('y', 'type: test, suite: b, order: 1'),
    entry('other', 'type: else'),
  ]
  await within(app(entries.join(''), sources), async (node) => {
    const all = [...node.registry.snapshot().entries()]
    const ids = (...how: [words?: string[], namespaces?: string[]]) => testsAmong(all, ...how).map(({ name }) => name)
    assert.equal(ids(), ['y', 'x', 'z'])
    assert.equal(ids(['z', ':x']), ['x', 'z'])
    assert.equal(ids(['b']), ['y', 'x'])
    assert.equal(ids([], ['app.*']), ['y', 'x', 'z'])
    assert.equal(ids([], ['other']), [])
  })
})

test('a change touches the tests that are changed, that import what is, or name it; all when none does', async () => {
  const lib = (name: string, imports = '') => `  - { name: ${name}, kind: library.lua, source: "return {}"${imports} }\n`
  const entries = [
    ...[
      lib('deep'),
      lib('lib', ', imports: { deep: deep }'),
      lib('alone'),
      entry('a').replace('imports: {', 'imports: { lib: lib,'),
      entry('b'),
    ],
    '  - { name: double, kind: function.lua, source: "return { main = 1 }" }\n',
  ]
  await within(
    app(entries.join(''), { a: '', b: 'return { main = function() return require("funcs").call("app:double", 1) end }' }),
    async (node) => {
      const all = [...node.registry.snapshot().entries()]
      const touched = (...ids: string[]) => touchedBy(ids, testsAmong(all), all).map(({ name }) => name)
      assert.equal(touched('app:a'), ['a'])
      assert.equal(touched('app:deep'), ['a'])
      assert.equal(touched('app:double'), ['b'])
      assert.equal(touched('app:alone'), ['a', 'b'])
    },
  )
})

test('nobody waits any more: what runs is ended, and no more begin', async () => {
  const gone = new AbortController()
  const heard = { began: () => gone.abort() }
  const [tested, ...more] = await run(app(entry('a') + entry('b'), { a: 'return { main = function() while true do end end }', b: '' }), {
    gone: gone.signal,
    heard,
  })
  assert.equal([tested?.entry, tested?.cases, more], ['app:a', [], []])
})

test('a module that brings wippy.test:test takes the place of the library', async () => {
  const cwd = app(entry('one'), { one: 'return { main = function() return require("test").mine end }' })
  const module = directoryWith({
    '_index.yaml':
      'version: "1.0"\nnamespace: wippy.test\nentries:\n  - { name: test, kind: library.lua, source: "return { mine = false }" }\n',
  })
  const { config } = await loadConfig(cwd)
  const state = join(directoryWith({}), 'state')
  const node = await boot({ ...config, state, replacements: [{ module: 'wippy/test', path: module }] }, { log: quiet, passing: true })
  try {
    const [tested] = await runTests(node, testsAmong(node.registry.snapshot().entries()), OPTIONS)
    assert.is(tested?.cases[0]?.failure?.message, 'it returned false')
  } finally {
    await node.stop({ now: true })
  }
})

test.run()
