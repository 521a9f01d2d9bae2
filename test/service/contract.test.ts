import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'
import { type Draft, failure, func, type TestApp, withApp } from '../support/app.ts'

const test = suite('contract')

const MODULES = ['contract', 'ctx', 'time']
const greeter: Draft = {
  kind: 'contract.definition',
  methods: [{ name: 'greet', description: 'Says hello', input_schemas: [{ format: 'x', definition: {} }] }, { name: 'who' }],
}
const binding = (contracts: readonly unknown[]): Draft => ({ kind: 'contract.binding', contracts })
const given: Readonly<Record<string, Draft>> = {
  hello: func('return function(name) return "hello " .. (name or "you") end'),
  who: func('local ctx = require("ctx") return function() return ctx.get("user"), nil end'),
  greeter,
  polite: binding([{ contract: 'greeter', default: true, methods: { greet: 'hello', who: 'app:who' } }]),
  strict: binding([{ contract: 'app:greeter', context_required: ['user'], methods: { greet: 'app:hello', who: 'app:who' } }]),
}
const run = (app: TestApp, code: string): Promise<unknown> => app.eval(code, { modules: MODULES })

test('a binding is opened and its methods are called, now or later', () =>
  withApp(given, async (app) => {
    const code = `local g = assert(contract.open("app:polite"))
      local f = g:greet_async("b")
      return { g:greet("a"), f:response():receive():data(), g.nothing == nil, contract.is(g, "app:greeter"), contract.is(g, "app:other") }`
    assert.equal(await run(app, code), ['hello a', 'hello b', true, true, false])
  }))

test('a contract says what it is, who implements it, and opens its default', () =>
  withApp(given, async (app) => {
    const code = `local c = assert(contract.get("app:greeter"))
      local impls = c:implementations()
      table.sort(impls)
      return { c:id(), #c:methods(), c:method("greet").description, impls, c:open():greet() }`
    assert.equal(await run(app, code), ['app:greeter', 2, 'Says hello', ['app:polite', 'app:strict'], 'hello you'])
    assert.is((await failure(run(app, 'local c = contract.get("app:greeter") local m, err = c:method("x") error(err)'))).kind, 'NotFound')
  }))

test('context comes from the scope, then from the wrapper, then from the query', () =>
  withApp(given, async (app) => {
    const code = `local c = contract.get("app:greeter"):with_context({ user = "wrapper" })
      return { contract.open("app:strict?user=a%20b+c"):who(), c:open("app:strict?user=q"):who(), c:open("app:strict", { user = "scope" }):who(),
        contract.open("app:strict?user=7"):who(), contract.open("app:strict?user=true"):who() }`
    assert.equal(await run(app, code), ['a b c', 'wrapper', 'scope', 7, true])
    const error = await failure(run(app, 'local g, err = contract.open("app:strict") error(err)'))
    assert.equal([error.kind, error.text], ['Invalid', 'missing required context keys: [user]'])
  }))

test('what is not there is not found; what is no id is refused', () =>
  withApp({ ...given, bare: greeter }, async (app) => {
    for (const [call, kind] of [
      ['contract.get("app:none")', 'NotFound'],
      ['contract.open("app:none")', 'NotFound'],
      ['contract.open("")', 'Invalid'],
      ['contract.open("nonsense")', 'Invalid'],
      ['contract.get("app:bare"):open()', 'NotFound'],
    ] as const) {
      assert.is((await failure(run(app, `local v, err = ${call} error(err)`))).kind, kind, call)
    }
  }))

test('a contract opens any binding that is named: what it has is what is bound', () =>
  withApp({ ...given, bare: greeter }, async (app) => {
    const code = `local g = contract.get("app:bare"):open("app:polite")
      return { contract.is(g, "app:bare"), contract.is(g, "app:greeter") }`
    assert.equal(await run(app, code), [false, true])
  }))

test('options of a contract are options of its calls', () =>
  withApp(
    {
      ...given,
      flaky: func(`local n = 0
        local events = require("events")
        return function() events.send("tries", "try", "x") return nil, errors.new{ message = "no", kind = "Unavailable", retryable = true } end`),
      f: { kind: 'contract.definition', methods: [{ name: 'go' }] },
      fb: binding([{ contract: 'f', default: true, methods: { go: 'flaky' } }]),
    },
    async (app) => {
      let tries = 0
      app.node.parts.bus.subscribe('tries', '*', () => tries++)
      await failure(
        run(
          app,
          'local v, err = contract.get("app:f"):with_options({ retry = { max_attempts = 3, initial_delay = 1 } }):open():go() error(err)',
        ),
      )
      assert.is(tries, 3)
      await failure(
        run(app, 'local v, err = contract.open("app:fb", nil, { retry = { max_attempts = 2, initial_delay = 1 } }):go() error(err)'),
      )
      assert.is(tries, 5)
    },
  ))

test('an instance follows changes of its binding', () =>
  withApp({ ...given, other: func('return function() return "other" end') }, async (app) => {
    const code = `local g = contract.open("app:polite")
      process.registry.register("holder")
      process.inbox():receive()
      return g:greet()`
    const result = run(app, code)
    await app.until(() => app.node.scheduler.names.lookup('holder') !== undefined, 'the holder')
    await app.put('app:polite', binding([{ contract: 'greeter', default: true, methods: { greet: 'other', who: 'app:who' } }]))
    app.node.scheduler.delivery.message('', 'holder', 'go', Uint8Array.of(0x90))
    assert.is(await result, 'other')
  }))

test('bindings that do not implement what they say are refused', () =>
  withApp(given, async (app) => {
    const refused = async (draft: Draft): Promise<string> => (await failure(app.put('app:bad', draft))).text
    assert.match(await refused(binding([])), /implements nothing/)
    assert.match(await refused(binding([{ contract: 'none', methods: {} }])), /"app:none", which is no contract/)
    assert.match(await refused(binding([{ contract: 'greeter', methods: { greet: 'hello' } }])), /no function for who/)
    assert.match(
      await refused(binding([{ contract: 'greeter', methods: { greet: 'hello', who: 'nobody' } }])),
      /"app:nobody", which does not exist/,
    )
    assert.match(
      await refused(binding([{ contract: 'greeter', methods: { greet: 'hello', who: 'who', more: 'who' } }])),
      /has no method more/,
    )
    assert.match(
      await refused(binding([{ contract: 'greeter', default: true, methods: { greet: 'hello', who: 'who' } }])),
      /"app:polite" is the default/,
    )
    assert.match(await refused({ kind: 'contract.definition', methods: [{ name: 'a' }, { name: 'a' }] }), /two methods called a/)
    assert.match(await refused({ kind: 'contract.definition', methods: [{}] }), /has no name/)
  }))

test('of two bindings in one change only one can be the default; a change may hand it on', () =>
  withApp({ ...given, other: binding([{ contract: 'greeter', methods: { greet: 'hello', who: 'who' } }]) }, async (app) => {
    const entry = (name: string, isDefault: boolean): Entry =>
      makeEntry({
        id: `app:${name}`,
        kind: 'contract.binding',
        data: { contracts: [{ contract: 'greeter', default: isDefault, methods: { greet: 'hello', who: 'who' } }] },
      })
    const update = (name: string, isDefault: boolean) => ({ kind: 'entry.update', entry: entry(name, isDefault) }) as const
    const { registry } = app.node
    await registry.apply([update('polite', false)])
    const error = await failure(registry.apply([update('polite', true), update('other', true)]))
    assert.match(error.text, /"app:(?:polite|other)" is the default of "app:greeter" already/)
    await registry.apply([update('other', true)])
    await registry.apply([update('polite', true), update('other', false)])
    await registry.apply([update('polite', false), update('other', true)])
  }))

test.run()
