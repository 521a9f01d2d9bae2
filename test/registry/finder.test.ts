import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileQuery } from '../../src/registry/finder.ts'
import { effort } from '../support/effort.ts'
import { entry, ids } from './scratch.ts'

const test = suite('finder')

const ENTRIES = [
  entry('app:calc', 'function.lua', {}, { type: 'tool', tags: ['math', 'fast'], title: 'Calculator', rank: 1, 'graph.rule': 'true' }),
  entry('app.api:get', 'http.endpoint', {}, { type: 'handler', title: 'Getter', mcp: { tool: { name: 'get' } } }),
  entry('app.api:put', 'http.endpoint', {}, { type: 'handler', enabled: true }),
  entry('lib:text', 'library.lua'),
]
const find = (filter: Record<string, unknown>) => ids(ENTRIES.filter(compileQuery(filter).test))

test('kind, name, namespace and id, with * as a wildcard', () => {
  assert.equal(find({ '.kind': 'http.endpoint' }), ['app.api:get', 'app.api:put'])
  assert.equal(find({ '.kind': '*.lua' }), ['app:calc', 'lib:text'])
  assert.equal(find({ '.ns': 'app*', '.name': '*t' }), ['app.api:get', 'app.api:put'])
  assert.equal(find({ '.id': 'lib:text' }), ['lib:text'])
})

test('meta equals, also one of a list, a key with dots, or a way into maps', () => {
  assert.equal(find({ 'meta.type': 'tool' }), ['app:calc'])
  assert.equal(find({ 'meta.rank': 1 }), ['app:calc'])
  assert.equal(find({ 'meta.enabled': true }), ['app.api:put'])
  assert.equal(find({ 'meta.tags': 'math' }), ['app:calc'])
  assert.equal(find({ 'meta.tags': ['fast', 'math'] }), ['app:calc'])
  assert.equal(find({ 'meta.tags': ['fast', 'slow'] }), [])
  assert.equal(find({ 'meta.graph.rule': 'true' }), ['app:calc'])
  assert.equal(find({ 'meta.mcp.tool.name': 'get' }), ['app.api:get'])
  assert.equal(find({ 'meta.type': 'handler', 'meta.title': 'Getter' }), ['app.api:get'])
})

test('regex, contains, prefix, suffix', () => {
  assert.equal(find({ '~meta.title': '^C.*r$' }), ['app:calc'])
  assert.equal(find({ '*meta.title': 'ett' }), ['app.api:get'])
  assert.equal(find({ '*meta.tags': 'as' }), ['app:calc'])
  assert.equal(find({ '^meta.title': 'Calc' }), ['app:calc'])
  assert.equal(find({ '$meta.title': 'ter' }), ['app.api:get'])
  assert.equal(find({ '~meta.rank': '1' }), [])
})

test('a pattern takes so long, and no longer', () => {
  const entries = Array.from({ length: 100 }, (_, at) => entry(`app:n${at}`, 'registry.entry', {}, { text: 'a'.repeat(4000 + at) }))
  const search =
    (pattern: string): (() => unknown) =>
    () =>
      entries.filter(compileQuery({ '~meta.text': pattern }).test)
  const ms = effort(() => assert.throws(search(`${'.?'.repeat(490)}b`), /takes too long/))
  assert.ok(ms < 4000, `${ms} ms`)
  assert.is((search('a+$')() as unknown[]).length, 100)
  assert.is(compileQuery({ '~meta.text': `(?:${'a?'.repeat(490)}){0,16}b` }).warnings.length, 1)
})

test('keys of another form are passed over with a warning', () => {
  for (const filter of [
    { kind: 'registry.entry' },
    { type: 'test' },
    { meta: { type: 'x' } },
    { '.what': 'x' },
    { '~meta.title': '(' },
    { '^meta.title': 3 },
  ]) {
    const query = compileQuery(filter)
    assert.is(query.warnings.length, 1, JSON.stringify(filter))
    assert.is(ENTRIES.filter(query.test).length, 4)
  }
  assert.is(find({}).length, 4)
})

test('a filter may come as a Map', () => {
  assert.equal(ids(ENTRIES.filter(compileQuery(new Map([['meta.type', 'tool']])).test)), ['app:calc'])
})

test('no pattern can hold up the node', () => {
  const hostile = entry('a:b', 'k', {}, { title: `${'a'.repeat(50_000)}!` })
  const ms = effort(() => assert.not(compileQuery({ '~meta.title': '^(a+)+$' }).test(hostile)))
  assert.ok(ms < 1000, `${ms} ms`)
  assert.is(compileQuery({ '~meta.title': '(a)\\1' }).warnings.length, 1)
  assert.is(compileQuery({ '~meta.title': 'a'.repeat(2000) }).warnings.length, 1)
})

test.run()
