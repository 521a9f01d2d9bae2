import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry } from '../../src/registry/entry.ts'
import { chunkOf, programOf, requiresOf } from '../../src/service/program.ts'
import { entry } from '../registry/scratch.ts'

const test = suite('programs')

const lua = (id: string, source: string, imports: Record<string, string> = {}, more: Record<string, unknown> = {}): Entry =>
  entry(id, id.includes('lib') ? 'library.lua' : 'function.lua', { source, imports, ...more })

const finder = (...entries: Entry[]) => {
  const all = new Map(entries.map((one) => [one.id, one]))
  return { find: (id: string) => all.get(id), put: (one: Entry) => void all.set(one.id, one) }
}

test('types are erased, the rest of the text stays where it was', () => {
  const { code, file } = chunkOf(lua('app:f', 'local function add(a: number, b: number): number\n  return a + b\nend\nreturn add'))
  assert.is(file, 'app:f')
  assert.equal(
    code.split('\n').map((line) => line.trimEnd().length > 0),
    [true, true, true, true],
  )
  assert.not.match(code, /number/)
})

test('libraries come each after those it needs, once; modules of all are collected', () => {
  const c = lua('app:lib_c', 'return 3', {}, { modules: ['json'] })
  const b = lua('app:lib_b', 'return 2', { c: 'lib_c' })
  const a = lua('app:lib_a', 'return 1', { b: 'app:lib_b', c: 'app:lib_c' }, { modules: ['time', 'json'] })
  const f = lua('app:f', 'return function() end', { a: 'lib_a', c: 'lib_c' }, { modules: ['io'], method: 'run' })
  const { find } = finder(a, b, c, f)
  const { entry: id, method, modules, libraries, chunk } = programOf(f, find)
  assert.equal({ id, method, modules }, { id: 'app:f', method: 'run', modules: ['io', 'time', 'json'] })
  assert.equal(
    libraries.map((library) => library.id),
    ['app:lib_c', 'app:lib_b', 'app:lib_a'],
  )
  assert.equal(chunk.imports, { a: 'app:lib_a', c: 'app:lib_c' })
})

test('a module can be imported under a name of its own, also of one that a library has', () => {
  const lib = lua('app:lib_registry', 'return 1', { base: ':registry' })
  const f = lua('app:f', 'return function() end', { registry: 'app:lib_registry', env: 'env', own: 'lib_registry' }, { modules: ['time'] })
  const { modules, libraries, chunk } = programOf(f, finder(lib, f).find)
  assert.equal(modules, ['time', 'env', 'registry'])
  assert.equal(chunk.imports, { registry: 'app:lib_registry', own: 'app:lib_registry' })
  assert.equal(
    libraries.map(({ id, chunk: { imports } }) => [id, imports]),
    [
      [':registry', {}],
      ['app:lib_registry', { base: ':registry' }],
    ],
  )
})

test('a program is the same one until its entry or one of its libraries is another', () => {
  const b = lua('app:lib_b', 'return 2')
  const a = lua('app:lib_a', 'return 1', { b: 'app:lib_b' })
  const f = lua('app:f', 'return function() end', { a: 'app:lib_a' })
  const { find, put } = finder(a, b, f)
  const first = programOf(f, find)
  assert.is(programOf(f, find), first)
  put(lua('app:lib_b', 'return 22'))
  const second = programOf(f, find)
  assert.is.not(second, first)
  assert.is(second.libraries[0]!.chunk.code, 'return 22')
  assert.is(second.libraries[1]!.chunk, first.libraries[1]!.chunk)
  assert.is(programOf(f, find), second)
})

test('the method is main when none is named', () => {
  const f = lua('app:f', 'return {}')
  assert.is(programOf(f, finder(f).find).method, 'main')
})

test('what cannot be put together says why', () => {
  const a = lua('app:lib_a', 'return 1', { b: 'app:lib_b' })
  const b = lua('app:lib_b', 'return 1', { a: 'app:lib_a' })
  const { find } = finder(a, b)
  const code = (one: Entry): string => {
    try {
      programOf(one, find)
      return 'fine'
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`
    }
  }
  assert.is(code(lua('app:f', 'return 1', { x: 'app:nothing' })), 'IMPORT_MISSING "app:f" imports "app:nothing", which does not exist')
  assert.match(code(lua('app:f', 'return 1', { a: 'app:lib_a' })), /^IMPORT_CYCLE .*app:lib_a → app:lib_b → app:lib_a$/)
  assert.match(code(a), /^IMPORT_CYCLE .*app:lib_a → app:lib_b → app:lib_a$/)
  assert.match(code(lua('app:f', 'return )')), /^LUA_SYNTAX /)
  assert.is(code(entry('app:f', 'function.lua', {})), 'ENTRY_NO_SOURCE "app:f" has no source')
})

test('what the text requires by name is known with its place', () => {
  assert.equal(requiresOf(lua('app:f', 'local a = require("a")\nlocal b = require(name)\nreturn require "c"')), [
    { name: 'a', line: 1, column: 19 },
    { name: 'c', line: 3, column: 16 },
  ])
})

test.run()
