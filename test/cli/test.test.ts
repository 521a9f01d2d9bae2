import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, start, wippy } from './command.ts'

const test = suite('wippy test')

const INDEX = `version: "1.0"
namespace: app

entries:
  - { name: double, kind: function.lua, source: file://double.lua }
  - name: double_test
    kind: function.lua
    meta: { type: test, suite: arithmetic }
    source: file://double_test.lua
    modules: [funcs]
    imports: { test: "wippy.test:test" }
  - { name: other_test, kind: function.lua, meta: { type: test }, source: "return { main = function() print('heard') return OTHER end }" }
`
const TEST = `local test = require("test")
local funcs = require("funcs")

return {
  main = test.run_cases(function()
    test.describe("double", function()
      test.it("doubles", function()
        test.eq(funcs.call("app:double", 21), 42)
      end)
      test.it_skip("a half", function() end)
    end)
  end),
}
`
const app = (other = 'true', entries = ''): string =>
  directoryWith({
    'src/_index.yaml': INDEX.replace('OTHER', other) + entries,
    'src/double.lua': 'return { main = function(n) return n * 2 end }',
    'src/double_test.lua': TEST,
  })

const timeless = (text: string): string => text.replaceAll(/\d+ ms|\d+\.\ds/g, 'N ms')

test('all is well: each case as it ended, how many, and nothing is left behind', async () => {
  const cwd = app()
  const ended = await wippy(['test'], { cwd })
  assert.equal([ended.code, ended.err], [0, ''])
  assert.is(
    timeless(ended.out),
    `app:double_test  arithmetic
  ✓ double › doubles  N ms
  - double › a half
app:other_test
  ✓ other_test  N ms

2 passed, 0 failed, 1 skipped in N ms
`,
  )
  assertPlain(ended)
  assert.not.ok(existsSync(join(cwd, '.wippy')))
})

test('what fails is told with its place, the lines around it, both sides, and what it wrote', async () => {
  const cwd = app('false')
  writeFileSync(join(cwd, 'src', 'double.lua'), 'return { main = function(n) return { n, n } end }')
  writeFileSync(
    join(cwd, 'src', 'double_test.lua'),
    TEST.replace('test.eq(funcs.call("app:double", 21), 42)', 'test.same(funcs.call("app:double", 21), { 42 })'),
  )
  const { code, out } = await wippy(['test'], { cwd })
  assert.is(code, 1)
  assert.is(
    timeless(out),
    `app:double_test  arithmetic
  ✗ double › doubles  N ms
      src/double_test.lua:8
      assertion failed: expected { 42, }, got { 21, 21, }
        6 |     test.describe("double", function()
        7 |       test.it("doubles", function()
      > 8 |         test.same(funcs.call("app:double", 21), { 42 })
        9 |       end)
      - expected, + actual:
        {
      -   42,
      +   21,
      +   21,
        }
  - double › a half
app:other_test
  ✗ other_test  N ms
      it returned false
    it wrote:
      heard

failed:
  app:double_test › double › doubles  src/double_test.lua:8
  app:other_test › other_test

0 passed, 2 failed, 1 skipped in N ms
`,
  )
})

test('words choose tests; when there are none of them, those that are there are named', async () => {
  const cwd = app('false')
  assert.match((await wippy(['test', 'arith'], { cwd })).out, /1 passed, 0 failed, 1 skipped/)
  const none = await wippy(['test', 'divide'], { cwd })
  assert.is(none.code, 4)
  assert.match(none.err, 'Tests here: app:double_test, app:other_test.')
  assert.is((await wippy(['test', '--ns', 'lib,app.tests'], { cwd })).code, 4)
  const bare = await wippy(['test'], { cwd: directoryWith({ 'src/_index.yaml': 'version: "1.0"\nnamespace: app\nentries: []\n' }) })
  assert.equal([bare.code, bare.err.split('\n')[0]], [4, 'this app has no tests [TEST_NONE]'])
  const own = '  - { name: all, kind: process.lua, source: "return {}", meta: { command: { name: all, use_case: test } } }\n'
  const commanded = await wippy(['test'], { cwd: directoryWith({ 'src/_index.yaml': `version: "1.0"\nnamespace: app\nentries:\n${own}` }) })
  assert.match(commanded.err, 'It has a command for that: wippy run all')
})

test('as JSON, whole', async () => {
  const { code, out } = await wippy(['test', '--json'], { cwd: app('false') })
  const { ms, tests, ...totals } = JSON.parse(out)
  assert.is(code, 1)
  assert.equal(totals, { $type: 'test', v: 1, ok: false, passed: 1, failed: 1, skipped: 1 })
  assert.ok(ms >= 0)
  assert.equal(
    tests.map(({ entry, suite: of, cases }: { entry: string; suite: string | null; cases: { status: string }[] }) => [
      entry,
      of,
      cases.map(({ status }) => status),
    ]),
    [
      ['app:double_test', 'arithmetic', ['passed', 'skipped']],
      ['app:other_test', null, ['failed']],
    ],
  )
})

test('something is wrong in the app: it is told, what can run does, and the exit code says so', async () => {
  const ended = await wippy(['test'], { cwd: app('true', '  - { name: broken, kind: function.lua, source: "return {" }\n') })
  assert.is(ended.code, 3)
  assert.match(ended.err, 'app:broken')
  assert.match(ended.out, /2 passed, 0 failed/)
})

test('an address that somebody else has is told, and is no fault of the tests', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const cwd = app('true', `  - { name: web, kind: http.service, addr: "127.0.0.1:${port}", lifecycle: { auto_start: true } }\n`)
    const { code, err } = await wippy(['test', 'other'], { cwd })
    assert.is(code, 0)
    assert.match(err, 'is in use: "app:web" needs it')
  } finally {
    server.close()
  }
})

test('tests begin when services have done what they do at their start', async () => {
  const maker = `local db = assert(require("sql").get("app:db")) db:execute("CREATE TABLE t (n INTEGER)") process.inbox():receive()`
  const cwd = directoryWith({
    'src/_index.yaml': `version: "1.0"
namespace: app
entries:
  - { name: db, kind: db.sql.sqlite, file: ":memory:", lifecycle: { auto_start: true } }
  - { name: processes, kind: process.host }
  - { name: maker, kind: process.lua, source: ${JSON.stringify(`return { main = function() ${maker} end }`)}, modules: [sql] }
  - { name: making, kind: process.service, process: maker, host: processes, lifecycle: { auto_start: true } }
  - { name: t, kind: function.lua, meta: { type: test }, modules: [sql], source: 'return { main = function() assert(require("sql").get("app:db"):query("SELECT * FROM t")) end }' }
`,
  })
  const { out, err } = await wippy(['test'], { cwd })
  assert.equal([err, timeless(out).split('\n').at(-2)], ['', '1 passed, 0 failed, 0 skipped in N ms'])
})

test('a timeout ends what has no end', async () => {
  const { code, out } = await wippy(['test', 'other', '--timeout', '300ms'], { cwd: app('(function() while true do end end)()') })
  assert.is(code, 1)
  assert.match(out, 'it took longer than 300 ms and was ended')
})

test('watching: a save runs what it touches, a mistake is told, and Ctrl-C ends it', async () => {
  const cwd = app()
  const running = start(['test', '--watch'], { cwd, input: null })
  await running.said('Waiting for files')
  const save = (text: string): void => writeFileSync(join(cwd, 'src', 'double.lua'), text)
  save('return { main = function(n) return n * 3 end }')
  await running.said('1 failed')
  save('return {')
  await running.said('nothing was changed')
  save('return { main = function(n) return n + n end }')
  await running.said('1 passed, 0 failed, 1 skipped')
  running.child.kill('SIGINT')
  const { code, out } = await running.ended
  assert.is(code, 130)
  assert.is(out.match(/other_test/g)?.length, 2) // in the first run alone
})

test('watching an app without tests says so, and runs the first one that comes', async () => {
  const cwd = app()
  const index = join(cwd, 'src', '_index.yaml')
  const whole = readFileSync(index, 'utf8')
  writeFileSync(index, whole.replaceAll('type: test', 'type: none'))
  const running = start(['test', '--watch'], { cwd, input: null })
  await running.said('Waiting for files')
  writeFileSync(index, whole)
  await running.said('2 passed')
  running.child.kill('SIGINT')
  const { err, out } = await running.ended
  assert.match(err, /^this app has no tests \[TEST_NONE\]/)
  assert.not.match(out, '0 passed')
})

test.run()
