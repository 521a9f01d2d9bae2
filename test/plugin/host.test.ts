// What a plugin asks of the node, and the kinds it brings to life.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withRuntime } from '../../plugins/build.ts'
import { sandbox } from '../../src/app/sandbox-run.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type Draft, failure, func, type TestApp, withApp } from '../support/app.ts'
import { scripted } from './components.ts'

const test = suite('what plugins ask')

const world = (body: string): string => withRuntime(`package t:t; world w { ${body} }`)

const component = await scripted(
  world(`import wippy:runtime/funcs@0.1.0; import wippy:runtime/registry@0.1.0; import wippy:runtime/logger@0.1.0;
    export wippy:runtime/kind-handler@0.1.0;
    export text: func(target: string, input: string) -> result<string, string>;
    export bytes: func(target: string, input: list<u8>) -> result<list<u8>, string>;
    export json: func(target: string, args: string) -> result<string, string>;
    export entry: func(id: string) -> result<string, string>;
    export ids: func(kind: string) -> list<string>;
    export say: func(what: string);
    export held: func() -> list<string>;
    export spin: func();`),
  `import { callString, callBytes, callJson } from 'wippy:runtime/funcs@0.1.0'
   import { get, list } from 'wippy:runtime/registry@0.1.0'
   import { log } from 'wippy:runtime/logger@0.1.0'
   export const text = callString
   export const bytes = callBytes
   export const json = callJson
   export const entry = get
   export const ids = list
   export const say = (what) => log('warn', what)

   const lists = new Map()
   const keep = (entry) => { lists.set(entry.id, JSON.parse(entry.data).items) }
   const check = ({ data }) => { if (!Array.isArray(JSON.parse(data).items)) throw 'items are missing' }
   export const kindHandler = { prepare: check, start: keep, update: keep, stop: (id) => { lists.delete(id) } }
   let asked = 0
   export const held = () => [String(++asked), ...[...lists].map(([id, items]) => id + '=' + items.join('+'))]
   export const spin = () => { for (;;); }`,
)

const withAsker = (
  allow: readonly string[],
  drafts: Readonly<Record<string, Draft>>,
  act: (app: TestApp) => Promise<void>,
): Promise<void> => {
  const root = directoryWith({ 'x.wasm': '' })
  writeFileSync(join(root, 'x.wasm'), component)
  const exports = ['text', 'bytes', 'json', 'entry', 'ids', 'say'].map((name) => [
    name,
    { kind: 'plugin.function', plugin: 'app:asker', export: name },
  ])
  const plugin = { kind: 'plugin.component', path: join(root, 'x.wasm'), allow }
  return withApp({ asker: plugin, ...Object.fromEntries(exports), ...drafts }, act)
}

const call = (app: TestApp, id: string, args: string): Promise<unknown> =>
  app.eval(`local value, err = require("funcs").call("app:${id}", ${args}) return err and "! " .. tostring(err) or value`)

const double = func('return function(n) return n * 2 end')
const shout = func('return function(text) return text:upper() end')

test('a plugin calls functions it was granted, with texts, bytes and JSON, and no other', () =>
  withAsker(['funcs.call:app:double', 'funcs.call:app:shout'], { double, shout, secret: double }, async (app) => {
    assert.is(await call(app, 'text', '"app:shout", "hello"'), 'HELLO')
    assert.is(await call(app, 'bytes', '"app:shout", "a\\0b"'), 'A\0B')
    assert.is(await call(app, 'json', '"app:double", "[21]"'), '42')
    assert.is(await call(app, 'text', '"app:double", "21"'), '! "app:double" returned no text')
    assert.is(await call(app, 'json', '"app:double", "21"'), '! the arguments are no JSON array')
    assert.is(await call(app, 'json', '"app:secret", "[1]"'), '! permission denied: funcs.call on "app:secret"')
    const [record] = await app.node.parts.audit.read({ verdict: 'deny' })
    assert.equal([record!.actor, record!.action, record!.resource], ['app:asker', 'funcs.call', 'app:secret'])
  }))

test('it reads the entries it was granted, and writes to the log', () =>
  withAsker(['registry.get:app:d*'], { double, shout }, async (app) => {
    assert.is(JSON.parse((await call(app, 'entry', '"app:double"')) as string).kind, 'function.lua')
    assert.is(await call(app, 'entry', '"app:shout"'), '! permission denied: registry.get on "app:shout"')
    assert.equal(await call(app, 'ids', '"function.*"'), ['app:double'])
    await call(app, 'say', '"hot"')
    assert.equal(
      app.lines.filter(({ source }) => source === 'app:asker').map(({ level, message }) => [level, message]),
      [['warn', 'hot']],
    )
  }))

test('without a grant it may nothing, and a grant that is none is refused', async () => {
  await withAsker([], { double }, async (app) => {
    assert.match(String(await call(app, 'json', '"app:double", "[1]"')), /permission denied/)
    assert.match(String(await call(app, 'entry', '"app:double"')), /permission denied/)
    assert.equal(await call(app, 'ids', '"*"'), {})
    const { data } = app.node.registry.get('app:asker')!
    const error = await failure(app.put('app:asker', { kind: 'plugin.component', ...(data as object), allow: ['sql.query:x'] }))
    assert.is(error.code, 'PLUGIN_GRANT')
  })
})

test('what it waits for ends with its time, and the next call is answered', () =>
  withAsker(['funcs.call:app:*'], { double, sleeper: func('return function() require("time").sleep("1h") end') }, async (app) => {
    const { data } = app.node.registry.get('app:asker')!
    await app.put('app:asker', { kind: 'plugin.component', ...(data as object), limits: { timeout: '2s' } })
    assert.match(String(await call(app, 'json', '"app:sleeper", "[]"')), /took longer than 2000 ms/)
    await app.until(() => app.processes('app:sleeper').length === 0, 'the end of what it called')
    assert.is(await call(app, 'json', '"app:double", "[2]"'), '4')
  }))

test('what it spends, and what it calls spends, the sandbox spends that called it', () =>
  withAsker(
    ['funcs.call:app:work'],
    { work: func('return function() local n = 0 for i = 1, 300000 do n = n + i end return n end') },
    async (app) => {
      const box = sandbox.on(app.node)
      const code = 'return function() return funcs.call("app:json", "app:work", "[]") end'
      const allow = ['funcs.call:app:json']
      const outcome = await box.run(code, { allow })
      assert.equal([outcome.ok, outcome.value], [true, '45000150000'], String(outcome.error))
      assert.ok(outcome.fuel > 600_000, `${outcome.fuel}`)
      const short = await box.run(code, { allow, fuel: 250_000 })
      assert.is(short.kind, 'fuel')
      assert.ok(short.fuel < 5_000_000)
    },
  ))

test('a kind of a plugin: entries are checked, started, changed and stopped; with a new component, or a fresh memory, they are started again', async () => {
  const root = directoryWith({ 'x.wasm': '' })
  const path = join(root, 'x.wasm')
  writeFileSync(path, component)
  const plugin = { kind: 'plugin.component', path, allow: ['kind:todo.list'], limits: { fuel: 30_000_000 } }
  const list = (...items: string[]): Draft => ({ kind: 'todo.list', plugin: 'app:keeper', items })
  const exported = (name: string): Draft => ({ kind: 'plugin.function', plugin: 'app:keeper', export: name })
  const drafts = { home: list('milk'), keeper: plugin, held: exported('held'), spin: exported('spin') }
  await withApp(drafts, async (app) => {
    const held = (): Promise<unknown> => app.eval('return require("funcs").call("app:held")')
    assert.equal(app.node.problems, [])
    assert.equal(await held(), ['1', 'app:home=milk'])
    const refused = await failure(app.put('app:home', { kind: 'todo.list', plugin: 'app:keeper' }))
    assert.equal([refused.code, refused.where?.entry], ['PLUGIN_KIND_REFUSED', 'app:home'])
    assert.match(refused.text, /items are missing/)
    assert.is((await failure(app.put('app:work', { kind: 'todo.list', items: [] }))).code, 'PLUGIN_KIND')
    await app.put('app:work', list('code', 'tea'))
    await app.put('app:home', list('milk', 'bread'))
    assert.equal(await held(), ['2', 'app:home=milk+bread', 'app:work=code+tea'])
    await app.drop('app:work')
    assert.equal(await held(), ['3', 'app:home=milk+bread'])

    await app.put('app:keeper', { ...plugin, limits: { fuel: 40_000_000 } })
    assert.equal(await held(), ['1', 'app:home=milk+bread'], 'another instance')
    await failure(app.eval('local v, e = require("funcs").call("app:spin") error(e)'))
    assert.equal(await held(), ['1', 'app:home=milk+bread'], 'its memory was gone')

    assert.match((await failure(app.drop('app:keeper'))).text, /is used by .*app:home/)
    assert.match((await failure(app.put('app:keeper', { ...plugin, allow: [] }))).text, /"app:home" is of kind "todo.list"/)
    const taken = await failure(app.put('app:keeper', { ...plugin, allow: ['kind:todo.list', 'kind:process.host'] }))
    assert.match(taken.text, /kind "process.host" is the runtime's/)
    for (const id of ['app:home', 'app:held', 'app:spin', 'app:keeper']) await app.drop(id)
    assert.is((await failure(app.put('app:home', list('x')))).code, 'KIND_UNKNOWN')
  })
})

test.run()
