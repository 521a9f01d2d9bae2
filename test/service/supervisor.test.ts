import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Pid } from '../../src/pid.ts'
import { type Draft, failure, proc, service, type TestApp, withApp } from '../support/app.ts'
import { Random } from '../support/random.ts'

const test = suite('supervisor')

const MODULES = ['supervisor', 'logger', 'funcs']
const waits = proc('return function(...) logger:info("run", { args = { ... } }) process.events():receive() end')

/** A `process.supervisor` entry; children as `id: process`, or with more. */
const tree = (
  children: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>,
  more: Readonly<Record<string, unknown>> = {},
): Draft => ({
  kind: 'process.supervisor',
  host: 'app:processes',
  max_restarts: 100,
  children: Object.entries(children).map(([id, child]) => (typeof child === 'string' ? { id, process: child } : { id, ...child })),
  lifecycle: { auto_start: true },
  ...more,
})

type Shown = { id: string; pid?: Pid; state: string; type: string; restarts: number }

const ask = (app: TestApp, call: string): Promise<unknown> =>
  app.eval(`local v, err = supervisor.${call} if err then error(err) end return v`, { modules: MODULES })
const shown = async (app: TestApp, sup: string): Promise<Shown[]> => {
  const children = await ask(app, `which_children("${sup}")`)
  return Array.isArray(children) ? children : [] // an empty table of Lua is a map
}
const states = async (app: TestApp, sup: string): Promise<string> =>
  (await shown(app, sup)).map(({ id, state, restarts }) => `${id}:${state}:${restarts}`).join(' ')

test('a tree starts with the app, is seen and reached by its entry, and is taken down in order', () =>
  withApp(
    {
      waits,
      inner: tree({ y: { process: 'waits', args: ['y'] } }, { lifecycle: {} }),
      tree: tree({ x: { process: 'waits', args: ['x', 1], name: 'ex' }, sub: 'inner' }),
    },
    async (app) => {
      await app.logged('run', 2)
      assert.equal(
        app.lines.filter(({ message }) => message === 'run').map(({ fields }) => fields.args),
        [['x', 1], ['y']],
      )
      const [x, sub] = await shown(app, 'app:tree')
      assert.equal([x?.type, sub?.type], ['worker', 'supervisor'])
      assert.is(app.node.scheduler.names.lookup('ex'), x?.pid)
      assert.is(await states(app, 'app:inner'), 'y:running:0')
      assert.is(await states(app, sub!.pid!), 'y:running:0')
      assert.equal(await ask(app, 'count_children("app:tree")'), { specs: 2, active: 2, supervisors: 1, workers: 1, restarts: 0 })
      assert.equal(app.node.parts.supervisor.status('app:tree').state, 'running')
      await app.node.stop()
      assert.is(app.node.scheduler.processes.size, 0)
    },
  ))

test('a child that fails is started again, the log says why, and its name follows it', () =>
  withApp(
    {
      once: proc('return function() local m = process.inbox():receive() error("boom " .. m:payload():data(), 0) end'),
      tree: tree({ x: { process: 'once', name: 'ex' } }),
    },
    async (app) => {
      const { names, delivery } = app.node.scheduler
      const before = names.lookup('ex')!
      await app.eval('process.send("ex", "go", "now")')
      const line = await app.logged('child ended, it is started again')
      assert.equal(line.fields, { supervisor: 'app:tree', child: 'x', error: 'boom now' })
      assert.is.not(names.lookup('ex'), before)
      assert.ok(delivery.find(names.lookup('ex')!))
      assert.is(await states(app, 'app:tree'), 'x:running:1')
    },
  ))

test('a supervisor that gives up is a failed service, started again by the root after its delay', () =>
  withApp(
    {
      fails: proc('return function() error("broken", 0) end'),
      tree: tree({ x: 'fails' }, { max_restarts: 2, lifecycle: { auto_start: true, restart: { max_attempts: 1, initial_delay: '1ms' } } }),
    },
    async (app) => {
      const line = await app.logged('service failed, it is started again')
      assert.is(line.fields.error, 'more than 2 restarts within 5000 ms, of child x at last')
      await app.logged('service failed')
      assert.is(app.messages.filter((message) => message === 'child ended, it is started again').length, 6)
      assert.is(app.processes('app:fails').length, 0)
    },
  ))

test('children from Lua: started, terminated, restarted, deleted', () =>
  withApp({ waits, tree: tree({}) }, async (app) => {
    const pid = await ask(
      app,
      'start_child("app:tree", { id = "a", process = "waits", args = { 7 }, restart = "transient", shutdown = "1s" })',
    )
    await app.logged('run')
    assert.equal((await shown(app, 'app:tree'))[0], { id: 'a', pid, state: 'running', type: 'worker', restarts: 0 })
    assert.is((await failure(ask(app, 'start_child("app:tree", { id = "a", process = "app:waits" })'))).kind, 'AlreadyExists')
    assert.is((await failure(ask(app, 'delete_child("app:tree", "a")'))).kind, 'Conflict')
    assert.is(await ask(app, 'terminate_child("app:tree", "a")'), true)
    assert.is(await states(app, 'app:tree'), 'a:stopped:0')
    assert.is.not(await ask(app, 'restart_child("app:tree", "a")'), pid)
    await ask(app, 'terminate_child("app:tree", "a")')
    assert.is(await ask(app, 'delete_child("app:tree", "a")'), true)
    assert.is(await states(app, 'app:tree'), '')
    for (const call of ['restart_child("app:tree", "a")', 'which_children("app:none")', 'count_children("{app:processes|0xfffff}")']) {
      assert.is((await failure(ask(app, call))).kind, 'NotFound', call)
    }
    for (const [spec, says] of [
      ['{ process = "waits" }', /id is missing/],
      ['{ id = "b", process = "tree" , host = "app:terminal" }', /runs on the host/],
      ['{ id = "b", process = "nobody" }', /"app:nobody" does not exist/],
      ['{ id = "b", process = "waits", restart = "always" }', /restart is always/],
      ['{ id = "b", process = "waits", significant = true }', /permanent/],
      ['{ id = "b", process = "waits", hots = "x" }', /"hots" means nothing/],
    ] as const) {
      const error = await failure(ask(app, `start_child("app:tree", ${spec})`))
      assert.is(error.kind, 'Invalid')
      assert.match(error.text, says)
    }
  }))

test('simple_one_for_one: a list of arguments makes a child, its pid names it', () =>
  withApp(
    {
      waits,
      tree: tree({ any: { process: 'waits', args: ['first'], restart: 'temporary' } }, { strategy: 'simple_one_for_one', max_children: 2 }),
    },
    async (app) => {
      const pid = await ask(app, 'start_child("app:tree", { "second", 3 })')
      assert.equal((await app.logged('run')).fields.args, ['first', 'second', 3])
      await ask(app, 'start_child("app:tree")')
      assert.is((await failure(ask(app, 'start_child("app:tree", {})'))).kind, 'RateLimited')
      assert.is(await ask(app, `terminate_child("app:tree", "${String(pid)}")`), true)
      assert.equal(await ask(app, 'count_children("app:tree")'), { specs: 1, active: 1, supervisors: 0, workers: 1, restarts: 0 })
    },
  ))

test('a change of the entry changes the tree that runs: what it does not name goes on', () =>
  withApp({ waits, tree: tree({ a: 'waits', b: 'waits', c: 'waits' }) }, async (app) => {
    await app.logged('run', 3)
    const before = await shown(app, 'app:tree')
    await app.put(
      'app:tree',
      tree({ b: { process: 'waits', args: [2] }, a: { process: 'waits', restart: 'temporary' }, d: 'waits' }, { strategy: 'one_for_all' }),
    )
    await app.until(() => app.lines.filter(({ message }) => message === 'run').length === 5, 'two new runs')
    const after = await shown(app, 'app:tree')
    assert.equal(
      after.map(({ id }) => id),
      ['b', 'a', 'd'],
    )
    assert.is(after[1]?.pid, before[0]?.pid)
    assert.is.not(after[0]?.pid, before[1]?.pid)
    assert.is(app.processes('app:waits').length, 3)
    await app.drop('app:tree')
    await app.until(() => app.processes('app:waits').length === 0, 'the end of the tree')
  }))

test('what cannot be a tree is refused with its place', () =>
  withApp({ waits }, async (app) => {
    const refused = async (draft: Draft): Promise<string> => (await failure(app.put('app:bad', draft))).text
    assert.match(await refused(tree({ a: 'nobody' })), /data\.children\.0\.process of "app:bad": "app:nobody" does not exist/)
    assert.match(await refused(tree({ a: 'waits' }, { strategy: 'all' })), /strategy is all/)
    assert.match(await refused(tree({ a: 'waits' }, { max_restarts: -1 })), /max_restarts is -1/)
    assert.match(await refused(tree({ a: 'waits' }, { host: undefined })), /host is missing/)
    assert.match(await refused(tree({ a: { process: 'waits', shutdown: 'soon' } })), /shutdown.*not a duration/)
    assert.match(await refused(tree({ a: 'waits', b: 'waits' }, { strategy: 'simple_one_for_one' })), /one child/)
    assert.match(await refused(tree({ a: 'bad' })), /children of each other: app:bad → app:bad|"app:bad" does not exist/)
  }))

test('a service may require a supervisor', () =>
  withApp(
    {
      waits,
      tree: tree({ a: 'waits' }),
      user: proc('return function() logger:info("user") process.events():receive() end'),
      s: service('user', { requires: ['tree'] }),
    },
    async (app) => {
      await app.logged('user')
      const order = app.messages.filter((message) => ['run', 'user'].includes(message))
      assert.equal(order, ['run', 'user'])
    },
  ))

const KILLS = 300

test(`three levels of Lua processes survive ${KILLS} random kills whole, with every restart counted`, () =>
  withApp(
    {
      waits,
      one: tree({ a: 'waits', b: 'waits' }, { lifecycle: {}, max_restarts: KILLS }),
      all: tree({ a: 'waits', b: 'waits' }, { lifecycle: {}, max_restarts: KILLS, strategy: 'one_for_all' }),
      root: tree({ one: 'one', all: 'all', w: 'waits' }, { max_restarts: KILLS }),
    },
    async (app) => {
      const { scheduler } = app.node
      const below = (): Pid[] =>
        [...scheduler.processes].filter(({ entry }) => ['app:waits', 'app:one', 'app:all'].includes(entry)).map(({ pid }) => pid)
      const random = new Random(7)
      for (let i = 0; i < KILLS; i++) {
        assert.is(below().length, 7)
        scheduler.terminate(random.of(below()))
        await app.until(() => below().length === 7, `the whole tree after kill ${i}`)
        if (random.below(4) === 0) await new Promise((resolve) => setImmediate(resolve)) // some have begun to run, some have not
      }
      const restarts = app.messages.filter((message) => message === 'child ended, it is started again').length
      assert.is(restarts, KILLS)
      const roots = await shown(app, 'app:root')
      const atRoot = app.lines.filter(
        ({ message, fields }) => message === 'child ended, it is started again' && fields.supervisor === 'app:root',
      )
      assert.is(
        roots.reduce((sum, { restarts: own }) => sum + own, 0),
        atRoot.length,
      )
      for (const sup of ['app:root', 'app:one', 'app:all']) {
        for (const { state, pid } of await shown(app, sup)) {
          assert.is(state, 'running')
          assert.ok(scheduler.processes.find(pid!))
        }
      }
    },
  ))

test('below another supervisor, too, an entry that names other rights and other children is taken in', () => {
  const policy = (effect: string): Draft => ({ kind: 'security.policy', policy: { actions: '*', resources: '*', effect } })
  const within = (name: string): Draft['lifecycle'] => ({ security: { actor: { id: 'inner' }, policies: [`app:${name}`] } })
  const asks = proc(`return function(name)
    logger:info(name .. (security.can('process.spawn', 'app:asks') and ' may' or ' may not'))
    process.events():receive()
  end`)
  const drafts = { all: policy('allow'), none: policy('deny'), asks: { ...asks, modules: ['logger', 'security'] } }
  const inner = (name: string, ...args: string[]): Draft =>
    tree(Object.fromEntries(args.map((arg) => [arg, { process: 'app:asks', args: [arg] }])), { lifecycle: within(name) })
  return withApp({ ...drafts, inner: inner('all', 'x'), tree: tree({ sub: 'app:inner' }) }, async (app) => {
    await app.logged('x may')
    await app.put('app:inner', inner('none', 'x', 'y'))
    await app.logged('y may not')
    assert.is(app.processes('app:asks').length, 2)
  })
})

test.run()
