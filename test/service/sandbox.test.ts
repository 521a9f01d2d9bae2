import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sandbox } from '../../src/app/sandbox-run.ts'
import { failure, func, proc, type TestApp, withApp } from '../support/app.ts'

const test = suite('sandbox')

type Outcome = {
  readonly ok: boolean
  readonly value: unknown
  readonly error: { readonly kind: string; readonly code: string; readonly message: string }
  readonly fuel: number
  readonly memory: number
  readonly ms: number
  readonly denied: readonly { readonly action: string; readonly resource: string; readonly times: number }[]
}

const modules = ['sandbox', 'funcs', 'registry']

/** `sandbox.run` of Lua in Lua; `options` is a Lua table. */
const run = (app: TestApp, code: string, options = '{}'): Promise<Outcome> =>
  app.eval(`local r, err = sandbox.run([==[${code}]==], ${options}) if err then error(err) end return r`, { modules }) as Promise<Outcome>

const running = (app: TestApp): number => [...app.node.scheduler.processes].filter(({ share }) => share !== null).length

test('code gets its input, and the outcome tells what it took', () =>
  withApp({}, async (app) => {
    const outcome = await run(app, 'return function(t) return json.encode(t) end', '{ input = { a = 1 }, allow = { "json" } }')
    assert.equal([outcome.ok, outcome.value, Object.keys(outcome.denied)], [true, '{"a":1}', []])
    assert.ok(outcome.fuel > 0 && outcome.memory > 0 && outcome.ms >= 0)
    assert.is((await run(app, 'return { main = function(n) return n * 2 end }', '{ input = 21 }')).value, 42)
    assert.is((await run(app, 'return function() return time.now() ~= nil end', '{ modules = { "time" } }')).value, true)
  }))

test('each way to fail has its kind', () =>
  withApp({}, async (app) => {
    for (const [kind, code, options] of [
      ['fuel', 'return function() while true do end end', '{ fuel = 1000000 }'],
      ['timeout', 'return function() time.sleep("1h") end', '{ timeout = "20ms", allow = { "time" } }'],
      ['memory', 'return function() local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end end', '{ memory = "4MiB" }'],
      ['stack', 'local function f() return 1 + f() end return f', '{}'],
      ['denied', 'return function() return require("funcs") end', '{}'],
      ['denied', 'return function() return funcs.call("app:double", 1) end', '{ allow = { "funcs" } }'],
      ['syntax', 'return function( return', '{}'],
      ['runtime', 'return function() error("boom") end', '{}'],
      ['runtime', 'return function() return nil, "bad" end', '{}'],
    ] as const) {
      const { ok, error } = await run(app, code, options)
      assert.equal([ok, error.kind], [false, kind], `${code} ${error.message}`)
    }
    assert.is(running(app), 0)
  }))

test('only what is granted is allowed, and the rest is told', () =>
  withApp({ double: func('return function(n) return n * 2 end'), triple: func('return function(n) return n * 3 end') }, async (app) => {
    const code = `return function()
      local two = funcs.call("app:double", 21)
      local three, err = funcs.call("app:triple", 21)
      funcs.call("app:triple", 22)
      return { two = two, three = three, err = tostring(err) }
    end`
    const { value, denied } = await run(app, code, '{ allow = { "funcs.call:app:double" } }')
    assert.equal(value, { two: 42, err: 'permission denied: funcs.call on "app:triple"' })
    assert.equal(denied, [{ action: 'funcs.call', resource: 'app:triple', times: 2 }])
    const absent = await run(app, 'return function() return require("sql") end')
    assert.equal(absent.denied, [{ action: 'require', resource: 'sql', times: 1 }])
    const records = await app.node.parts.audit.read({ verdict: 'deny' })
    assert.equal([records[0]!.action, records[0]!.resource, records[0]!.entry], ['funcs.call', 'app:triple', 'eval:code'])
  }))

test('nobody gives more than they have: neither code that may nothing, nor a sandbox in a sandbox', () =>
  withApp({ double: func('return function(n) return n * 2 end') }, async (app) => {
    const inner = 'return function() return funcs.call("app:double", 4) end'
    const outer = (grant: string): string => `return function() return sandbox.run([=[${inner}]=], { allow = { "${grant}" } }) end`
    const nested = (allow: string): Promise<Outcome> => run(app, outer('funcs.call:app:double'), `{ allow = { ${allow} } }`)
    const refused = (await nested('"sandbox.run"')) as unknown as { value: Outcome; denied: Outcome['denied'] }
    assert.equal([refused.value.ok, refused.value.error.kind], [false, 'denied'])
    assert.equal(refused.denied, [{ action: 'funcs.call', resource: 'app:double', times: 1 }])
    const granted = (await nested('"sandbox.run", "funcs.call:app:*"')).value as Outcome
    assert.equal([granted.ok, granted.value], [true, 8])
    await app.make('app:made', {
      kind: 'function.lua',
      source: `return function() return sandbox.run("return 1") end`,
      modules: ['sandbox'],
    })
    const error = await failure(app.eval('local v, e = funcs.call("app:made") if e then error(e) end', { modules }))
    assert.equal([error.kind, error.text], ['PermissionDenied', 'permission denied: sandbox.run'])
  }))

const LOOP = 'local n = 0 for i = 1, 200000 do n = n + i end'

test('three levels: what the innermost spends, those around it spend', () =>
  withApp({ work: func(`return function() ${LOOP} return true end`) }, async (app) => {
    const third = `return function() ${LOOP} return funcs.call("app:work") end`
    const second = `return function()
      local r = sandbox.run([=[${third}]=], { allow = { "funcs.call:app:work" } }) return { inner = r } end`
    const first = `return function()
      local r = sandbox.run([==[${second}]==], { allow = { "sandbox.run", "funcs.call:app:work" } }) return { inner = r } end`
    const options = (more: string): string => `{ allow = { "sandbox.run", "funcs.call:app:work" }, ${more} }`
    const all = (more: string): Promise<Outcome> =>
      app.eval(`local r, e = sandbox.run([===[${first}]===], ${options(more)}) if e then error(e) end return r`, {
        modules,
      }) as Promise<Outcome>
    const outer = await all('')
    type Nest = Outcome & { readonly value: { readonly inner: Nest } }
    const middle = (outer as Nest).value.inner
    const inner = middle.value.inner
    assert.ok(inner.ok, JSON.stringify(inner.error))
    assert.ok(inner.fuel > 400_000, 'the function it called is its own')
    assert.ok(middle.fuel > inner.fuel && outer.fuel > middle.fuel, `${outer.fuel} ${middle.fuel} ${inner.fuel}`)
    assert.ok(middle.memory > inner.memory && outer.memory > middle.memory, 'memory at once')
    const short = await all('fuel = 300000')
    assert.equal([short.ok, short.error.kind], [false, 'fuel'])
    assert.ok(short.fuel < 400_000, `spent ${short.fuel}`)
    const narrow = (await all('processes = 3')) as Nest
    assert.ok(narrow.ok)
    assert.match(narrow.value.inner.value.inner.error.message, /a budget of 3 processes is used up/)
    assert.is(running(app), 0)
  }))

test('memory of what it starts is its own', () =>
  withApp(
    { hoard: proc('return function() local t = {} for i = 1, 3000 do t[i] = ("x"):rep(1000) .. i end process.inbox():receive() end') },
    async (app) => {
      const code = `return function()
      local kept = {}
      for i = 1, 10 do
        local pid, err = process.spawn_monitored("app:hoard", "app:processes")
        if err then return nil, err end
        kept[i] = pid
        local event = process.events():receive()
        return tostring(event.result.error)
      end
    end`
      const { ok, value } = await run(
        app,
        code,
        '{ memory = "2MiB", allow = { "process.spawn:app:hoard", "process.spawn.monitored:app:hoard", "process.host:app:processes" } }',
      )
      assert.ok(ok)
      assert.match(String(value), /out of memory: more than 2 MiB/)
    },
  ))

test('what it started ends with it', () =>
  withApp({ waits: proc('return function() process.inbox():receive() end') }, async (app) => {
    const spawn = 'process.spawn("app:waits", "app:processes")'
    const allow = 'allow = { "process.spawn:app:waits", "process.host:app:processes" }'
    assert.ok((await run(app, `return function() local p, err = ${spawn} return p, err end`, `{ ${allow} }`)).ok)
    await app.until(() => app.processes('app:waits').length === 0, 'its end')
    const late = await run(app, `return function() ${spawn} process.inbox():receive() end`, `{ ${allow}, timeout = "20ms" }`)
    assert.is(late.error.kind, 'timeout')
    await app.until(() => running(app) === 0, 'their end')
  }))

test('durable work would outlive its budget, and is refused', () =>
  withApp({ flow: { kind: 'workflow.lua', code: 'return function() end', modules: [] }, flows: { kind: 'workflow.host' } }, async (app) => {
    const { error } = await run(
      app,
      'return function() local p, err = process.spawn("app:flow", "app:flows") return p, err end',
      '{ allow = { "process.spawn:*", "process.host:*" } }',
    )
    assert.equal([error.kind, /would outlive the budget/.test(error.message)], ['denied', true])
  }))

const policy = {
  kind: 'sandbox.policy',
  allow: ['json', 'time', 'funcs.call:app:double'],
  limits: { fuel: 1_000_000, memory: '4MiB', timeout: '30s' },
}
const double = func('return function(n) return n * 2 end')

test('a policy names grants and limits; options only lower them', () =>
  withApp({ double, policy }, async (app) => {
    const code = 'return function() return json.encode(funcs.call("app:double", 2)) end'
    assert.is((await run(app, code, '{ policy = "app:policy" }')).value, '4')
    const loop = await run(app, 'while true do end', '{ policy = "app:policy", fuel = 100000000 }')
    assert.match(loop.error.message, /may spend 1000000 units/)
    assert.match((await run(app, 'while true do end', '{ policy = "app:policy", fuel = 1000 }')).error.message, /may spend 1000 units/)
    assert.match((await failure(run(app, 'return 1', '{ policy = "app:double" }'))).text, /there is no sandbox policy "app:double"/)
  }))

test('a policy that changes holds for what runs under it', () =>
  withApp({ double, policy }, async (app) => {
    const code = `return function()
      local ok = funcs.call("app:double", 1)
      while true do
        time.sleep("1ms")
        local value, err = funcs.call("app:double", 1)
        if err then return tostring(err) end
      end
    end`
    const withdrawn = run(app, code, '{ policy = "app:policy" }')
    await app.until(() => running(app) > 0, 'the code')
    await app.put('app:policy', { ...policy, allow: ['time', 'funcs'] })
    assert.is((await withdrawn).value, 'permission denied: funcs.call on "app:double"')
    const sleeper = run(app, 'return function() time.sleep("1h") end', '{ policy = "app:policy" }')
    await app.until(() => running(app) > 0, 'the sleeper')
    await app.put('app:policy', { ...policy, limits: { timeout: '1ms' } })
    assert.is((await sleeper).error.kind, 'timeout')
    const busy = run(
      app,
      'return function() while true do time.sleep("0s") end end',
      '{ policy = "app:policy", timeout = "20s", fuel = 900000000 }',
    )
    await app.put('app:policy', { ...policy, limits: { fuel: 10_000, timeout: '20s' } })
    assert.is((await busy).error.kind, 'fuel')
  }))

test('a policy that cannot be is refused, with its line', () =>
  withApp({ policy }, async (app) => {
    for (const [wrong, said] of [
      [{ allow: ['no grant'] }, /"no grant" is no grant/],
      [{ allow: 'json' }, /allow is a list/],
      [{ limits: { fule: 1 } }, /there is no limit "fule"/],
      [{ limits: { memory: 'much' } }, /is not a size/],
    ] as const) {
      const error = await failure(app.put('app:policy', { kind: 'sandbox.policy', ...wrong }))
      assert.equal([error.code, error.where?.entry], ['SANDBOX_POLICY', 'app:policy'])
      assert.match(error.text, said)
    }
  }))

test('code that is too long is refused before anybody reads it', () =>
  withApp({}, async (app) => {
    const box = sandbox.on(app.node)
    const { kind, error } = await box.run(`-- ${'x'.repeat(300_000)}`)
    assert.equal([kind, error!.code], ['runtime', 'SANDBOX_SOURCE'])
  }))

test('options that mean nothing are refused', () =>
  withApp({}, async (app) => {
    for (const [options, said] of [
      ['{ fule = 1 }', /there is no option "fule"/],
      ['{ fuel = -1 }', /fuel is not a whole number/],
      ['{ modules = { "funcs.call" } }', /"funcs.call" is no module/],
      ['{ policy = "app:none" }', /there is no sandbox policy "app:none"/],
    ] as const)
      assert.match((await failure(run(app, 'return 1', options))).text, said)
  }))

test('in a strict app the operator still grants what he names', () =>
  withApp(
    { double },
    async (app) => {
      const box = sandbox.on(app.node)
      const code = 'return function() local v, err = funcs.call("app:double", 2) return v, err end'
      assert.is((await box.run(code, { allow: ['funcs.call:app:double'] })).value, 4)
      assert.is((await box.run(code, { allow: ['funcs'] })).kind, 'denied')
    },
    { set: ['security.strict=true'] },
  ))

test('TypeScript runs code alone, and in a node', async () => {
  const alone = await sandbox.run('return function(n) return n + 1 end', { input: 1, timeout: '10s' })
  assert.equal([alone.ok, alone.value], [true, 2])
  const { kind, denied } = await sandbox.run('return function() return funcs.call("a:b") end', { allow: ['funcs'] })
  assert.equal([kind, denied], ['denied', [{ action: 'funcs.call', resource: 'a:b', times: 1 }]])
  await withApp({ double, policy }, async (app) => {
    const box = sandbox.on(app.node)
    assert.is((await box.run('return function(n) return funcs.call("app:double", n) end', { input: 4, policy: 'app:policy' })).value, 8)
  })
})

test('nothing that a sandbox starts leaves it by way of a supervisor', () =>
  withApp(
    {
      idle: proc('return function() process.inbox():receive() end'),
      tree: { kind: 'process.supervisor', host: 'app:processes', lifecycle: { auto_start: true } },
    },
    async (app) => {
      const code = `return function() return supervisor.start_child("app:tree", { id = "x", process = "app:idle" }) end`
      const grants = ['supervisor', 'supervisor.start_child:app:tree', 'process.spawn:app:idle']
      const { ok, error } = await run(app, code, `{ allow = { ${grants.map((grant) => `"${grant}"`)} } }`)
      assert.is(ok, false)
      assert.match(error.message, /a child of "app:tree" would outlive the budget of who starts it/)
      assert.equal(app.processes('app:idle'), [])
    },
  ))

test.run()
