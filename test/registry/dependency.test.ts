// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders in entries and settings look like that

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describe } from '../../src/error.ts'
import { levels, referencesOf } from '../../src/registry/dependency.ts'
import { groups } from '../../src/registry/graph.ts'
import { checkImports } from '../../src/registry/imports.ts'
import { load } from '../../src/registry/source.ts'
import { codes, directoryWith, entry, ids } from './scratch.ts'

const test = suite('dependency')

test('references are found where entries name each other, relative ones included', () => {
  const endpoint = entry('app.api:get', 'http.endpoint', { func: 'handler', path: '/x', method: 'GET' }, { router: 'app:router' })
  assert.equal([...referencesOf(endpoint)].sort(), ['app.api:handler', 'app:router'])
  const binding = entry('a:b', 'contract.binding', { contracts: [{ contract: 'c', methods: { greet: 'x:y' } }] })
  assert.equal([...referencesOf(binding)].sort(), ['a:c', 'x:y'])
  const service = entry('a:s', 'process.service', {
    process: 'p',
    host: 'h',
    lifecycle: { requires: ['db'], security: { policies: ['q'] } },
    secret_env: 'x:secret',
    unrelated: 'a:zzz',
  })
  assert.equal([...referencesOf(service)].sort(), ['a:db', 'a:h', 'a:p', 'a:q', 'x:secret'])
})

test('levels put dependencies first and keep the given order within a level', () => {
  const service = entry('a:service', 'process.service', { process: 'worker', host: 'host' })
  const worker = entry('a:worker', 'process.lua', { imports: { l: 'lib' } })
  const library = entry('a:lib', 'library.lua')
  const host = entry('a:host', 'process.host')
  assert.equal(levels([service, worker, library, host]).map(ids), [['a:lib', 'a:host'], ['a:worker'], ['a:service']])
  assert.equal(levels([]), [])
})

test('an entry with ${env:…} comes after the variable and its storage', () => {
  const server = entry('a:server', 'http.service', { addr: ':${env:PORT|8080}' })
  const variable = entry('a:port', 'env.variable', { variable: 'PORT', storage: 'os' })
  const storage = entry('a:os', 'env.storage.os')
  assert.equal(levels([server, variable, storage]).map(ids), [['a:os'], ['a:port'], ['a:server']])
})

test('the members of a knot share a level', () => {
  const a = entry('x:a', 'k', {}, { depends_on: ['b'] })
  const b = entry('x:b', 'k', {}, { depends_on: ['c'] })
  const c = entry('x:c', 'k', {}, { depends_on: ['a'] })
  const d = entry('x:d', 'k', {}, { depends_on: ['a'] })
  assert.equal(levels([d, a, b, c]).map(ids), [['x:a', 'x:b', 'x:c'], ['x:d']])
})

test('a chain of a hundred thousand is no deeper than a chain of two', () => {
  const nodes = Array.from({ length: 100_000 }, (_, at) => ({ at }))
  const found = groups(nodes, ({ at }) => (nodes[at + 1] ? [nodes[at + 1]!] : []))
  assert.is(found.length, 100_000)
  assert.is(found[0]?.[0]?.at, 99_999)
})

const INDEX = `namespace: app
entries:
  - name: handler
    kind: function.lua
    imports:
      helpers: app:helprs
      view: wippy.views:renderer
      data: settings
      log: ":registry"
  - name: helpers
    kind: library.lua
  - name: settings
    kind: registry.entry
  - name: views
    kind: ns.dependency
    component: wippy/views
`

test('an import of nothing names the line, the nearest name, or the component that is missing', () => {
  const problems = checkImports(load(directoryWith({ '_index.yaml': INDEX })).entries)
  assert.equal(codes(problems), ['IMPORT_MISSING', 'IMPORT_MISSING', 'IMPORT_NOT_LUA'])
  assert.is(
    describe(problems[0]),
    `_index.yaml:6:16 (app:handler): "app:handler" imports "app:helprs", which does not exist [IMPORT_MISSING]
  4 |     kind: function.lua
  5 |     imports:
> 6 |       helpers: app:helprs
    |                ^
  7 |       view: wippy.views:renderer
  → Did you mean "app:helpers"?`,
  )
  assert.match(problems[1]?.hint ?? '', 'wippy/views')
  assert.is(problems[2]?.where?.line, 8)
})

test('a circle of imports names the chain and every place in it', () => {
  const yaml = (name: string, needs: string) => `namespace: app\nname: ${name}\nkind: library.lua\nimports:\n  x: ${needs}\n`
  const directory = directoryWith({ 'a.yaml': yaml('a', 'b'), 'b.yaml': yaml('b', 'app:c'), 'c.yaml': yaml('c', 'a') })
  const [problem, ...more] = checkImports(load(directory).entries)
  assert.equal(more, [])
  assert.is(problem?.code, 'IMPORT_CYCLE')
  assert.is(problem?.message.split(': ')[1]?.split(' → ').length, 4)
  for (const line of ['a.yaml:5:6 (app:a) imports app:b', 'b.yaml:5:6 (app:b) imports app:c', 'c.yaml:5:6 (app:c) imports app:a']) {
    assert.match(problem?.frame ?? '', line)
  }
})

test('a library that imports itself is a circle of one', () => {
  const [problem] = checkImports([entry('a:l', 'library.lua', { imports: { me: 'l' } })])
  assert.is(problem?.message, 'libraries import each other in a circle: a:l → a:l')
})

test.run()
