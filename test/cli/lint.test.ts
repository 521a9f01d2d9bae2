import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lint } from '../../src/app/lint.ts'
import { loadConfig } from '../../src/config.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain } from './command.ts'
import { here } from './here.ts'

const test = suite('wippy lint')

const INDEX = `version: "1.0"
namespace: app

entries:
  - { name: a, kind: function.lua, source: file://a.lua, modules: [json], imports: { lib: lib } }
  - { name: b, kind: function.lua, source: file://b.lua }
  - { name: lib, kind: library.lua, source: file://lib.lua, modules: [time], imports: { reg: ":registry" } }
  - { name: inline, kind: process.lua, source: "return { main = function() end }" }
`
const FILES = {
  'src/_index.yaml': INDEX,
  'src/a.lua': 'local json = require("json")\nlocal lib = require("lib")\nreturn { main = function(x) return lib == lib end }\n',
  'src/b.lua': 'return { main = function() return 1 end }\n',
  'src/lib.lua': 'local reg = require("reg")\nreturn { reg = reg, process = require("process") }\n',
}
const app = (more: Readonly<Record<string, string>> = {}): string => directoryWith({ ...FILES, ...more })

const found = async (directory: string, rules = true, namespaces: readonly string[] = []) =>
  lint((await loadConfig(directory)).config, { rules, namespaces })

test('an app with nothing wrong: one line', async () => {
  const ended = await here(['lint'], { cwd: app() })
  assert.equal([ended.code, ended.out, ended.err], [0, '4 entries of Lua, nothing found\n', ''])
})

test('text that is no Lua, and a module that is not declared, are errors without any rule', async () => {
  const { diagnostics } = await found(
    app({ 'src/a.lua': 'return function( x', 'src/b.lua': 'local x = print(\n  require("json"))' }),
    false,
  )
  assert.equal(
    diagnostics.map(({ entry, code, severity, file, line, column }) => [entry, code, severity, `${file}:${line}:${column}`]),
    [
      ['app:a', 'P0001', 'error', 'src/a.lua:1:19'],
      ['app:b', 'P0002', 'error', 'src/b.lua:2:11'],
    ],
  )
  for (const { frame } of diagnostics) assert.match(frame ?? '', /\^/)
})

test('types that do not fit are errors without any rule; what may be is a warning', async () => {
  const { diagnostics } = await found(
    app({
      'src/a.lua': 'local lib = require("lib")\nlib.missing()\nreturn { main = undefined }',
      'src/b.lua': 'local x: number = "x"\nreturn x',
    }),
    false,
  )
  assert.equal(
    diagnostics.map(({ entry, code, severity, line, column }) => [entry, code, severity, line, column]),
    [
      ['app:a', 'E0004', 'error', 2, 5],
      ['app:a', 'E0002', 'warning', 3, 17],
      ['app:b', 'E0001', 'error', 1, 19],
    ],
  )
})

test('what only an imported library declares is found, as wippy check says, and a warning; so is what a library leaves to others', async () => {
  const cwd = app({ 'src/a.lua': 'return { main = require("time"), sql = require("sql") }', 'src/lib.lua': 'return require("json")' })
  const { diagnostics } = await found(cwd, false)
  const undeclared = 'is not declared in imports or modules of the entry'
  assert.equal(
    diagnostics.map(({ severity, message }) => [severity, message]),
    [
      ['error', `require("sql") ${undeclared}`],
      ['warning', `require("time") ${undeclared}: it is found only while a library that it imports has it`],
      ['warning', `require("json") ${undeclared}: it is found only where one that imports it has it`],
    ],
  )
  const { err } = await here(['check'], { cwd })
  assert.match(err, /module 'sql' not found/)
  assert.not.match(err, /'time'|'json'/)
})

test('by entry, and in it the worst first', async () => {
  const { diagnostics, entries } = await found(app())
  assert.is(entries, 4)
  assert.equal(
    diagnostics.map(({ entry, code, line }) => [entry, code, line]),
    [
      ['app:a', 'W0003', 3],
      ['app:a', 'W0006', 1],
      ['app:a', 'W0005', 3],
    ],
  )
})

test('for people: place, message, code and rule, the lines around, a hint, a summary; no colours where there is no terminal', async () => {
  const ended = await here(['lint', '--rules'], { cwd: app() })
  assert.is(ended.code, 3)
  assert.is(
    ended.out,
    `src/a.lua:3:36 error: comparison of identical expressions; result is always true [W0003 no-self-compare] (app:a)
  1 | local json = require("json")
  2 | local lib = require("lib")
  3 | return { main = function(x) return lib == lib end }
    |                                    ^^^^^^^^^^
  → Is one side another variable? (Whether a number is NaN is asked with x ~= x.)

src/a.lua:1:7 warning: imported module 'json' is never used [W0006 no-unused-imports] (app:a)
  1 | local json = require("json")
    |       ^^^^
  2 | local lib = require("lib")
  → Leave it out here, and where the entry declares it.

4 entries of Lua, 1 error, 1 warning
`,
  )
  assertPlain(ended)
})

test('for programs: as upstream says it', async () => {
  const { code, out } = await here(['lint', '--rules', '--json', '--level', 'hint', '--limit', '2'], { cwd: app() })
  assert.is(code, 3)
  assert.equal(JSON.parse(out), {
    diagnostics: [
      {
        ...{ entry_id: 'app:a', code: 'W0003', severity: 'error' },
        ...{ message: 'comparison of identical expressions; result is always true', line: 3, column: 36 },
      },
      { entry_id: 'app:a', code: 'W0006', severity: 'warning', message: "imported module 'json' is never used", line: 1, column: 7 },
    ],
    ...{ total_entries: 4, error_count: 1, warning_count: 1, hint_count: 1 },
  })
})

test('levels, codes and namespaces leave things out, of the counts and the exit code too', async () => {
  const cwd = app({ 'src/more/_index.yaml': INDEX.replace('namespace: app', 'namespace: app.more').replaceAll('file://', 'file://../') })
  const counts = async (...args: string[]) => {
    const { code, out } = await here(['lint', '--rules', '--json', ...args], { cwd })
    const { error_count, warning_count, hint_count, total_entries } = JSON.parse(out)
    return [code, error_count, warning_count, hint_count, total_entries]
  }
  assert.equal(await counts('--level', 'hint'), [3, 2, 2, 2, 8])
  assert.equal(await counts('--level', 'error'), [3, 2, 0, 0, 8])
  assert.equal(await counts('--code', 'w0006,W0005', '--level', 'hint'), [0, 0, 2, 2, 8])
  assert.equal(await counts('--code', 'W0006', '--code', 'W0001'), [0, 0, 2, 0, 8])
  assert.equal(await counts('--ns', 'app'), [3, 1, 1, 0, 4])
  assert.equal(await counts('--ns', 'app.*', '--ns', 'other'), [3, 2, 2, 0, 8])
  assert.equal(await counts('--ns', 'other'), [0, 0, 0, 0, 0])
})

test('what several entries of one file share is said once to people', async () => {
  const { out } = await here(['lint', '--rules'], {
    cwd: app({ 'src/_index.yaml': INDEX.replace('b.lua }', 'a.lua, modules: [json], imports: { lib: lib } }') }),
  })
  assert.is(out.match(/^src\/a\.lua:3:36 .*$/gm)?.length, 1)
  assert.match(out, '(app:a, app:b)')
})

test('a summary: how much of what, and where', async () => {
  const { out } = await here(['lint', '--rules', '--summary'], { cwd: app() })
  assert.is(
    out,
    `NAMESPACE  FOUND
app        2      1 error, 1 warning

CODE   FOUND  SEVERITY  RULE
W0003  1      error     no-self-compare
W0006  1      warning   no-unused-imports

4 entries of Lua, 1 error, 1 warning
`,
  )
})

test('files that cannot be read are said, and are a failure; imports that lead nowhere are the business of check', async () => {
  const missing = await here(['lint'], { cwd: app({ 'src/_index.yaml': INDEX.replace('b.lua', 'gone.lua') }) })
  assert.is(missing.code, 3)
  assert.match(missing.err, 'INCLUDE_MISSING')
  const lost = await here(['lint'], { cwd: app({ 'src/_index.yaml': INDEX.replace('lib: lib', 'lib: elsewhere') }) })
  assert.is(lost.code, 0)
  assert.is(lost.err, '1 import cannot be followed; "wippy check" says which.\n')
})

test('a lock file of another name: the app is where it is', async () => {
  const lock = (src: string): string => `directories:\n  src: ${src}\n`
  const cwd = app({ 'wippy.lock': lock('./nowhere'), 'other.lock': lock('./src') })
  assert.is((await here(['lint', '-l', 'other.lock'], { cwd })).out, '4 entries of Lua, nothing found\n')
  assert.match((await here(['lint', '-l', 'none.lock'], { cwd })).err, 'none.lock: there is no such file')
})

test('one file of the app here', async () => {
  const cwd = app({ 'src/a.lua': 'return undefined', 'src/b.lua': 'return also_undefined' })
  const { code, out, err } = await here(['lint', 'src/b.lua'], { cwd })
  assert.is(code, 0)
  assert.match(out, /^src\/b\.lua:1:8 warning: 'also_undefined' is not defined/)
  assert.match(out, '1 entry of Lua, 1 warning')
  assert.is(err, '')
})

test('a file is read as one of the app here, or else of the app that it is in', async () => {
  const files = { ...FILES, 'src/b.lua': 'return also_undefined' }
  const inside = (folder: string) => Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))
  const outside = directoryWith(inside('sub/app'))
  const other = app(inside('apps/other one'))
  for (const [file, cwd] of [
    ['sub/app/src/b.lua', outside],
    [join(outside, 'sub/app/src/b.lua'), other],
    ['apps/other one/src/b.lua', other],
    ['b.lua', join(outside, 'sub/app/src')],
  ] as const) {
    const { code, out, err } = await here(['lint', file], { cwd })
    assert.equal([code, err], [0, ''], file)
    assert.match(out, /^(?:src\/)?b\.lua:1:8 warning: 'also_undefined' is not defined/)
  }
  const none = await here(['lint', 'x.lua'], { cwd: directoryWith({ 'x.lua': 'return 1' }) })
  assert.equal([none.code, /CONFIG_NOT_FOUND/.test(none.err)], [4, true])
})

test('a file that no entry has, and one that is not there, are told as what they are', async () => {
  const other = await here(['lint', 'src/_index.yaml'], { cwd: app() })
  assert.is(other.code, 4)
  assert.match(other.err, /^src\/_index\.yaml: no Lua entry of the app here has its source in this file \[ENTRY_NOT_FOUND\]/)
  const gone = await here(['lint', 'gone.lua'], { cwd: app() })
  assert.is(gone.code, 4)
  assert.match(gone.err, /gone\.lua: there is nothing at this path \[CONFIG_NOT_FOUND\]/)
})

test('a name that nothing has is found in tests too, which see what the library for tests makes', async () => {
  const tests =
    'local test = requier("test")\nreturn { main = test.run_cases(function() describe("a", function() it("b", print) end) end) }'
  const { diagnostics } = await found(
    app({
      'src/_index.yaml': INDEX.replace('source: file://b.lua', 'source: file://b.lua, imports: { test: "wippy.test:test" }'),
      'src/b.lua': tests,
    }),
    false,
  )
  assert.equal(
    diagnostics.map(({ code, message, hint }) => [code, message, hint]),
    [['E0002', "'requier' is not defined", 'Did you mean "require"?']],
  )
})

test.run()
