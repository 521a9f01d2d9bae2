import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { literal } from '../../src/service/lua-literal.ts'
import { failure, func, library, type TestApp, withApp } from '../support/app.ts'

const test = suite('eval runner')

const run = (app: TestApp, config: string): Promise<unknown> =>
  app.eval(`local v, err = eval_runner.run(${config}) if err then error(err) end return v`, { modules: ['eval_runner'] })

test('code runs with its arguments, context, libraries and globals', () =>
  withApp({ sdk: library('return { greet = function(name) return "hello " .. name end }') }, async (app) => {
    assert.is(await run(app, '{ source = "return { main = function(a, b) return a * b end }", args = { 6, 7 } }'), 42)
    assert.is(await run(app, '{ source = "return function() return 1 end" }'), 1)
    assert.equal(await run(app, '{ source = "return { f = function() return { x = { 1, 2 } } end }", method = "f" }'), { x: [1, 2] })
    assert.is(
      await run(
        app,
        '{ source = "local s = require(\'sdk\') return { f = function(n) return s.greet(n) end }", method = "f", args = { "x" }, imports = { sdk = "app:sdk" } }',
      ),
      'hello x',
    )
    assert.is(
      await run(
        app,
        '{ source = "return { f = function() return conf.api.url end }", method = "f", custom_modules = { conf = { api = { url = "u\\"\\n]]" } } } }',
      ),
      'u"\n]]',
    )
    assert.is(
      await run(
        app,
        '{ source = "return { f = function() return ctx.get(\'k\') end }", method = "f", modules = { "ctx" }, context = { k = 5 } }',
      ),
      5,
    )
    assert.is(
      await run(app, '{ source = "return { f = function() return json.encode({ 1 }) end }", method = "f", modules = { "json" } }'),
      '[1]',
    )
  }))

test('code is its own function when no method is named', () =>
  withApp({}, async (app) => {
    assert.is(await run(app, '{ source = "return 1 + 1" }'), 2)
    assert.is(await run(app, '{ source = "local a, b = ... return a.n * b", args = { { n = 6 }, 7 } }'), 42)
    assert.equal(await run(app, '{ source = "return { n = 1 }" }'), { n: 1 })
    assert.is(await run(app, '{ source = "return conf.url", custom_modules = { conf = { url = "u" } } }'), 'u')
    assert.is(await run(app, '{ source = "local x = 1" }'), null)
    assert.match((await failure(run(app, '{ source = "return { n = 1 }", method = "f" }'))).text, /method not found: f/)
  }))

test('code that no module is named for has those that only compute, others only what is named', () =>
  withApp(
    {
      no_json: { kind: 'security.policy', groups: ['app:callers'], policy: { actions: 'eval.module', resources: 'json', effect: 'deny' } },
      limited: {
        ...func(`return function() return require('eval_runner').run({ source = 'return type(json) .. " " .. type(hash)' }) end`),
        modules: ['eval_runner'],
      },
      others: { kind: 'security.policy', groups: ['app:callers'], policy: { actions: '*', resources: '*', effect: 'allow' } },
    },
    async (app) => {
      assert.is(await run(app, `{ source = "return json.encode({ ctx.get('k') })", context = { k = 5 } }`), '[5]')
      assert.is(await run(app, `{ source = "return require('json').encode({})" }`), '[]')
      assert.is(await run(app, '{ source = "return type(json)", modules = { "hash" } }'), 'nil')
      assert.is(await run(app, '{ source = "return type(registry) .. type(sql) .. type(http_client)" }'), 'nilnilnil')
      const code = `local security, funcs = require('security'), require('funcs')
        return funcs.new():with_scope(security.named_scope('app:callers')):call('app:limited')`
      assert.is(await app.eval(code, { modules: ['security', 'funcs'] }).catch(String), 'nil table')
    },
  ))

test('what was not named is not there', () =>
  withApp({}, async (app) => {
    for (const name of [
      'process',
      'subscribe',
      'unsubscribe',
      'funcs',
      'registry',
      'logger',
      'io',
      'require("process")',
      '_G.process',
      'load',
    ]) {
      const code = `local ok, v = pcall(function() return ${name.replaceAll('"', "'")} end) return { f = function() return ok and v ~= nil end }`
      assert.is(await run(app, `{ source = [==[${code}]==], method = "f" }`), false, name)
    }
  }))

test('code cannot close what is around it', () =>
  withApp({}, async (app) => {
    const error = await failure(run(app, '{ source = "end return process, (function() return 1" }'))
    assert.match(error.text, /end/)
    assert.is(literal('"]] end'), '"\\034]] end"')
    assert.is(
      await run(
        app,
        '{ source = "return { f = function() return a end }", method = "f", custom_modules = { a = "\\" .. os.time() .. \\"" } }',
      ),
      '" .. os.time() .. "',
    )
  }))

test('classes that were not allowed are forbidden', () =>
  withApp({ callee: func('return function() return "called" end') }, async (app) => {
    for (const module of ['funcs', 'registry', 'http_client', 'sql', 'security', 'system', 'process', 'no_such_module']) {
      const error = await failure(run(app, `{ source = "return function() end", modules = { "${module}" } }`))
      assert.is(error.kind, 'PermissionDenied', module)
      assert.match(error.text, /forbidden/)
    }
    for (const imported of [':funcs', 'funcs', ':process']) {
      const error = await failure(run(app, `{ source = "return function() return f end", imports = { f = "${imported}" } }`))
      assert.is(error.kind, 'PermissionDenied', imported)
    }
    const source = 'source = "return function() return funcs.call(\'app:callee\') end"'
    assert.is(await run(app, `{ ${source}, modules = { "funcs" }, allow_classes = { "process" } }`), 'called')
  }))

test('a loop without end, a memory that grows and a wait that lasts are ended, and who asked goes on', () =>
  withApp({}, async (app) => {
    const loop = await failure(run(app, '{ source = "while true do end", limits = { fuel = 2000000 } }'))
    assert.match(loop.text, /out of fuel: it may spend 2000000 units/)
    const grow = await failure(
      run(app, '{ source = "local t = {} while true do t[#t + 1] = (\'x\'):rep(10000) .. #t end", limits = { memory = "4MiB" } }'),
    )
    assert.match(grow.text, /memory/)
    const wait = await failure(
      run(app, '{ source = "return function() time.sleep(\'1h\') end", modules = { "time" }, limits = { timeout = "20ms" } }'),
    )
    assert.equal([wait.kind, wait.text], ['Timeout', 'the code took longer than 20 ms'])
    assert.is(await run(app, '{ source = "return function() return 1 end" }'), 1)
  }))

test('it ends when who asked for it ends', () =>
  withApp({}, async (app) => {
    const running = (): number => [...app.node.scheduler.processes].filter(({ host }) => host.id === 'eval:sandbox').length
    void run(app, '{ source = "return function() time.sleep(\'1h\') end", modules = { "time" } }').catch(() => {})
    await app.until(() => running() === 1, 'the code')
    for (const { pid, entry } of [...app.node.scheduler.processes]) if (entry.startsWith('app:probe')) app.node.scheduler.terminate(pid)
    await app.until(() => running() === 0, 'its end')
  }))

test('compile says what is wrong before anything runs', () =>
  withApp({}, async (app) => {
    const compile = (args: string): Promise<unknown> =>
      app.eval(`local p, err = eval_runner.compile(${args}) if err then error(err) end return { p:method(), p:modules() }`, {
        modules: ['eval_runner'],
      })
    assert.equal(await compile('"return { f = function() end }", "f", { modules = { "json" } }'), ['f', ['json']])
    assert.match((await failure(compile('"this is not lua"'))).text, /expected|unexpected|syntax/i)
    assert.is((await failure(compile('""'))).kind, 'Invalid')
    assert.match((await failure(compile('"return 1", "", { imports = { x = "app:none" } }'))).text, /app:none/)
  }))

test('an error of the code is the error of the call, kind and all', () =>
  withApp({}, async (app) => {
    const error = await failure(
      run(app, "{ source = \"return function() return nil, errors.new{ message = 'gone', kind = 'NotFound' } end\" }"),
    )
    assert.equal([error.kind, error.text], ['NotFound', 'gone'])
  }))

test.run()
