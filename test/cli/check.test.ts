import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { check } from '../../src/app/check.ts'
import { loadConfig } from '../../src/config.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, HELLO, HELLO_LUA, index, wippy } from './command.ts'

const test = suite('wippy check')

const lua = (name: string, source: string, more = '') =>
  `  - name: ${name}\n    kind: function.lua\n    source: ${JSON.stringify(source)}\n${more}`
const LIBRARY = (name: string, other: string) =>
  `  - { name: ${name}, kind: library.lua, source: "return {}", imports: { ${other}: ${other} } }\n`

/** What is wrong, and the code and place it is told with. */
const MISTAKES: readonly (readonly [what: string, entries: string, code: string, place: string])[] = [
  ['Lua that is none', lua('a', 'return function( x'), 'LUA_SYNTAX', 'app:a:1:'],
  ['Lua that only the machine refuses', lua('a', 'local x <const> = 1\nx = 2'), 'LUA_', 'app:a:2'],
  ['a jump to nowhere', lua('a', 'goto x'), 'LUA_SYNTAX', 'app:a:1:'],
  ['a file that is not there', '  - { name: a, kind: function.lua, source: file://a.lua }\n', 'INCLUDE_MISSING', 'src/_index.yaml:12:'],
  ['a module that is not declared', lua('a', 'return require("json")'), 'REQUIRE_UNDECLARED', 'app:a:1:'],
  ['an import that is not there', lua('a', 'return {}', '    imports: { b: b }\n'), 'IMPORT_MISSING', 'src/_index.yaml:15:'],
  ['a circle', LIBRARY('a', 'b') + LIBRARY('b', 'a'), 'IMPORT_CYCLE', 'src/_index.yaml:1'],
  ['a field of a kind', '  - { name: a, kind: process.host, limits: { memory: much } }\n', '', 'src/_index.yaml:12:'],
  ['a service of nothing', '  - { name: a, kind: process.service, process: b, host: c }\n', 'SERVICE_INVALID', 'src/_index.yaml:12:'],
  ['a database that cannot be', '  - { name: a, kind: db.sql.sqlite, pool: { queue: x } }\n', 'ENTRY_FIELD', 'src/_index.yaml:12:'],
  ['a name twice', HELLO, 'ENTRY_DUPLICATE', 'src/_index.yaml:13:'],
  ['an entry without a kind', '  - name: a\n', 'ENTRY_NO_KIND', 'src/_index.yaml:12:'],
]

const app = (entries = '') => directoryWith({ 'src/_index.yaml': index(HELLO + entries), 'src/hello.lua': HELLO_LUA })

test('an app that is right: a line, nothing started and nothing left behind', async () => {
  const cwd = app(
    '  - { name: db, kind: db.sql.sqlite, file: data.db }\n  - { name: far, kind: db.sql.postgres, host: 192.0.2.1, database: x, username: y, password: z }\n',
  )
  const ended = await wippy(['check'], { cwd })
  assert.equal([ended.code, ended.out, ended.err], [0, '4 entries, no problem\n', ''])
  assert.not.ok(existsSync(join(cwd, '.wippy')) || existsSync(join(cwd, 'data.db')))
})

test('each mistake by itself has its code, its place and the lines around it', async () => {
  for (const [what, entries, code, place] of MISTAKES) {
    const { config } = await loadConfig(app(entries))
    const { problems } = await check(config)
    assert.is(problems.length, 1, what)
    const { code: found, where, frame } = problems[0]!
    assert.ok(found.startsWith(code), `${what}: ${found}`)
    assert.ok(`${where?.file}:${where?.line}:`.startsWith(place), `${what}: ${where?.file}:${where?.line}`)
    assert.match(frame ?? '', /\^|→|imports/, what)
  }
})

test('all of them at once are told at once, for people', async () => {
  const entries = MISTAKES.slice(0, 4)
    .map(([, text], at) => text.replaceAll('name: a', `name: m${at}`))
    .join('')
  const cwd = app(`${entries}  - { name: odd, kind: proces.lua }\n`)
  const ended = await wippy(['check', '.'], { cwd: cwd })
  assert.is(ended.code, 3)
  assert.is(ended.out, '')
  assert.match(
    ended.err,
    /^warning: src\/_index\.yaml:\d+:\d+ .*"proces\.lua"[\s\S]*Did you mean "process\.lua"\?\n6 entries, 4 problems, 1 warning\n$/m,
  )
  assertPlain(ended)
})

test('components that are not here are a warning, those that are here are none', async () => {
  const dependency = (name: string) => `  - { name: ${name}, kind: ns.dependency, component: org/${name}, version: "*" }\n`
  const cwd = directoryWith({
    'src/_index.yaml': index(HELLO + dependency('here') + dependency('gone') + dependency('away')),
    'src/hello.lua': HELLO_LUA,
    'wippy.lock': 'directories: { src: ./src }\nreplacements: [{ from: org/here, to: ./here }]\n',
    'here/_index.yaml': 'namespace: org.here\nentries:\n  - { name: it, kind: registry.entry }\n',
  })
  const { problems, warnings } = await check((await loadConfig(cwd)).config)
  assert.equal(problems, [])
  assert.equal(
    warnings.map(({ code, message }) => [code, message.split(': ')[1]]),
    [['DEPENDENCY_UNRESOLVED', 'org/away, org/gone']],
  )
})

test('for programs it is one document', async () => {
  const ended = await wippy(['check', '--json'], { cwd: app(lua('a', 'goto x')) })
  const { $type, v, ok, entries, problems } = JSON.parse(ended.out)
  assert.equal([ended.code, ended.err, $type, v, ok, entries, problems[0].code], [3, '', 'check', 1, false, 3, 'LUA_SYNTAX'])
})

test('a warning alone is no failure; no app is one', async () => {
  assert.is((await wippy(['check'], { cwd: app('  - { name: odd, kind: proces.lua }\n') })).code, 0)
  assert.is((await wippy(['check', 'nowhere'], { cwd: app() })).code, 4)
})

test('what types say of modules is one line, and all of it with --modules', async () => {
  const cwd = directoryWith({
    'src/_index.yaml': index(HELLO + lua('own', 'local a: number = "own"\nreturn a')),
    'src/hello.lua': HELLO_LUA,
    'wippy.lock': 'directories: { src: ./src }\nreplacements: [{ from: org/mod, to: ./mod }]\n',
    'mod/_index.yaml': `namespace: org.mod\nentries:\n${lua('theirs', 'local a: number = "theirs"\nlocal b: string = 1\nreturn a, b')}`,
  })
  const short = await wippy(['check'], { cwd })
  assert.equal([short.code, short.out], [0, '4 entries, no problem, 1 warning\n'])
  assert.match(
    short.err,
    /"own" is not assignable[\s\S]*\n2 warnings about types in modules \(org\.mod\); "wippy check --modules" shows them\n$/,
  )
  assert.not.match(short.err, 'theirs')
  const long = await wippy(['check', '--modules'], { cwd })
  assert.is(long.out, '4 entries, no problem, 3 warnings\n')
  assert.match(long.err, /"theirs" is not assignable/)
  assert.is(JSON.parse((await wippy(['check', '--json'], { cwd })).out).warnings.length, 3)
})

test.run()
