import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'
import { type Draft, failure, type TestApp, withApp } from '../support/app.ts'

const test = suite('templates')

const jet = (source: string, meta: Readonly<Record<string, unknown>> = {}): Draft => ({ kind: 'template.jet', set: 'set', source, meta })
const set = (engine: Readonly<Record<string, unknown>> = {}): Draft => ({ kind: 'template.set', engine })
const run = (app: TestApp, code: string): Promise<unknown> => app.eval(code, { modules: ['templates'] })
const rendered = (app: TestApp, name: string, data = 'nil'): Promise<unknown> =>
  run(app, `local text, err = templates.get("app:set"):render("${name}", ${data}) if err then error(err) end return text`)

test('a set renders its templates by name, with its globals', () =>
  withApp(
    {
      set: set({ globals: { site: 'S' }, extensions: ['.jet'] }),
      a: jet('{{ site }}: {{ include "b" }}'),
      c: jet('{{ x }}', { name: 'b.jet' }),
    },
    async (app) => {
      assert.is(await rendered(app, 'a', '{ x = "<1>" }'), 'S: &lt;1&gt;')
      assert.is(await rendered(app, 'b', '{ x = 2 }'), '2')
    },
  ))

test('a set that was released renders nothing', () =>
  withApp({ set: set(), a: jet('x') }, async (app) => {
    const code = `local s = templates.get("app:set")
      local before = tostring(s)
      s:release()
      local text, err = s:render("a")
      return { before, tostring(s), text == nil, tostring(err) }`
    assert.equal(await run(app, code), ['template.Set{}', 'template.Set{released}', true, 'the template set was released'])
  }))

test('errors have kinds', () =>
  withApp({ set: set(), a: jet('{{ nobody }}') }, async (app) => {
    assert.is((await failure(rendered(app, 'none'))).kind, 'NotFound')
    assert.is((await failure(rendered(app, ''))).kind, 'Invalid')
    assert.is((await failure(rendered(app, 'a'))).kind, 'Internal')
    assert.is((await failure(run(app, 'local s, err = templates.get("app:none") error(err)'))).kind, 'NotFound')
  }))

test('changes count from the next rendering on', () =>
  withApp({ set: set(), a: jet('one') }, async (app) => {
    assert.is(await rendered(app, 'a'), 'one')
    await app.put('app:a', jet('two [[ 1 + 1 ]]'))
    assert.is(await rendered(app, 'a'), 'two [[ 1 + 1 ]]')
    await app.put('app:set', set({ delimiters: { left: '[[', right: ']]' } }))
    assert.is(await rendered(app, 'a'), 'two 2')
    await app.drop('app:a')
    assert.is((await failure(rendered(app, 'a'))).kind, 'NotFound')
  }))

test('a template that cannot be read is refused, and what was there stays', () =>
  withApp({ set: set(), a: jet('one') }, async (app) => {
    assert.match((await failure(app.put('app:a', jet('{{ if }}')))).text, /line 1/)
    assert.is(await rendered(app, 'a'), 'one')
    assert.match((await failure(app.put('app:b', { ...jet('x'), set: 'a' }))).text, /no template set/)
    assert.match((await failure(app.put('app:b', { kind: 'template.jet', set: 'nowhere', source: 'x' }))).text, /no template set/)
    assert.match((await failure(app.put('app:set', set({ delimiters: { left: '' } })))).text, /delimiters/)
  }))

test('of two templates in one change only one can have a name of their set; a change may hand it on', () =>
  withApp({ set: set(), a: jet('one', { name: 'x' }) }, async (app) => {
    const entry = (id: string, name: string): Entry =>
      makeEntry({ id: `app:${id}`, kind: 'template.jet', meta: { name }, data: { set: 'set', source: id } })
    const { registry } = app.node
    const both = [entry('b', 'y'), entry('c', 'y')].map((made) => ({ kind: 'entry.create', entry: made }) as const)
    assert.is((await failure(registry.apply(both))).code, 'TEMPLATE_NAME_TAKEN')
    await registry.apply([
      { kind: 'entry.update', entry: entry('a', 'z') },
      { kind: 'entry.create', entry: entry('b', 'x') },
    ])
    assert.equal([await rendered(app, 'x'), await rendered(app, 'z')], ['b', 'a'])
  }))

test.run()
