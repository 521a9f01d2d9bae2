// What a change of code does to the code that runs.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeEntry } from '../../src/registry/entry.ts'
import { failure, func, library, proc, withApp } from '../support/app.ts'

const test = suite('lua kinds')

const call = 'local r, err = funcs.call("app:f") return err and tostring(err) or r'
const imports = { imports: { lib: 'app:lib' } }

test('code that does not parse is refused with a code frame, and what ran runs on', () =>
  withApp({ f: func('return function() return "first" end') }, async (app) => {
    const error = await failure(app.put('app:f', func('return function()\n  return 1 +\nend')))
    assert.is(error.code, 'LUA_SYNTAX')
    assert.match(error.frame ?? '', '^^^')
    assert.equal([error.where?.line, error.where?.file], [3, 'app:f'])
    assert.equal(
      [await app.eval(call), app.node.registry.get('app:f')?.data],
      ['first', app.node.registry.snapshotAt(0).get('app:f')?.data],
    )
  }))

test('code that parses but cannot be loaded is refused as well', () =>
  withApp({ f: func('return function() return "first" end') }, async (app) => {
    const locals = Array.from({ length: 201 }, (_, n) => `local a${n} = ${n}`).join('\n')
    const error = await failure(app.put('app:f', func(`${locals}\nreturn function() end`)))
    assert.match(error.message, /too many local variables/)
    assert.is(await app.eval(call), 'first')
  }))

test('a library is new in all that imports it, through others too, with their next call', () =>
  withApp(
    {
      base: library('return { word = "one" }'),
      lib: library('return { word = function() return require("base").word end }', { imports: { base: 'app:base' } }),
      f: func('return function() return require("lib").word() end', imports),
    },
    async (app) => {
      assert.is(await app.eval(call), 'one')
      await app.put('app:base', library('return { word = "two" }'))
      assert.is(await app.eval(call), 'two')
    },
  ))

test('a library change that leaves a user without what it needs is refused, and names the user', () =>
  withApp({ lib: library('return 1'), f: func('return function() return require("lib") end', imports) }, async (app) => {
    const gone = await failure(app.drop('app:lib'))
    assert.equal([gone.code, gone.where?.entry], ['IMPORT_MISSING', 'app:f'])
    const circle = await failure(app.put('app:lib', library('return 1', { imports: { f: 'app:f' } })))
    assert.is(circle.code, 'IMPORT_CYCLE')
    assert.equal([await app.eval(call), app.node.registry.get('app:lib') !== undefined], [1, true])
  }))

test('a library and its last user go together', () =>
  withApp({ lib: library('return 1'), f: func('return function() return require("lib") end', imports) }, async (app) => {
    await app.node.registry.apply([
      { kind: 'entry.delete', id: 'app:lib' },
      { kind: 'entry.delete', id: 'app:f' },
    ])
    assert.is(app.node.registry.get('app:lib'), undefined)
  }))

test('one that is refused takes the others of its changeset with it', () =>
  withApp({ f: func('return function() return "first" end'), g: func('return function() return "first" end') }, async (app) => {
    const made = (id: string, source: string) => makeEntry({ id, kind: 'function.lua', data: { source } })
    const error = await failure(
      app.node.registry.apply([
        { kind: 'entry.update', entry: made('app:f', 'return function() return "second" end') },
        { kind: 'entry.update', entry: made('app:g', 'return function(') },
      ]),
    )
    assert.equal([error.code, error.where?.entry ?? error.where?.file], ['LUA_SYNTAX', 'app:g'])
    assert.equal([await app.eval(call), app.node.registry.current.id], ['first', 1], 'the only version is the one that made the probe')
  }))

test('calls in flight end with the code they began with; those that wait for a place begin with what is there then', () =>
  withApp(
    {
      f: func('return function(who) process.send(who, "in", "old") process.listen("go"):receive() return "old" end', { pool: { size: 1 } }),
    },
    async (app) => {
      const talk = app.eval(`
        local inside, go = process.listen("in"), process.listen("next")
        local first, second = funcs.async("app:f", process.pid()), funcs.async("app:f", process.pid())
        inside:receive()
        process.registry.register("caller")
        go:receive()
        local third = funcs.call("app:f", process.pid())
        local function of(future) return future:response():receive():data() end
        return { third, of(second), of(first) }`)
      await app.until(() => app.node.scheduler.names.lookup('caller') !== undefined, 'the first call')
      await app.put('app:f', func('return function() return "new" end', { pool: { size: 1 } }))
      app.node.scheduler.delivery.message('', 'caller', 'next', Uint8Array.of(0x90))
      const running = () => [...app.node.scheduler.processes].find(({ entry }) => entry === 'app:f')
      await app.until(() => running() !== undefined, 'the call in flight')
      app.node.scheduler.delivery.message('', running()!.pid, 'go', Uint8Array.of(0x90))
      assert.equal(await talk, ['new', 'new', 'old'])
    },
  ))

test('a process keeps the code it began with; the next one has the new', () =>
  withApp({ p: proc('return function(who) process.send(who, "said", "old") process.listen("go"):receive() end') }, async (app) => {
    const said = `local said = process.listen("said")
      local pid = process.spawn("app:p", "app:processes", process.pid())
      return { (said:receive()), pid }`
    const [first, pid] = (await app.eval(said)) as string[]
    await app.put('app:p', proc('return function(who) process.send(who, "said", "new") end'))
    assert.equal([first, ((await app.eval(said)) as string[])[0]], ['old', 'new'])
    assert.equal(
      app.processes('app:p').map((process) => process.pid as string),
      [pid],
    )
  }))

const waits = (word: string) =>
  proc(
    `return function(who)
      local events = process.events()
      process.set_options({ upgradable = true })
      process.send(who, "up", "${word}")
      local event = events:receive()
      process.send(who, "heard", event.kind == process.event.OUTDATED and event.result.value.entry)
      process.upgrade(nil, who)
    end`,
    imports,
  )

test('one that is upgradable hears once that its code or a library of it is another, and upgrades itself', () =>
  withApp(
    {
      lib: library('return 1'),
      p: waits('one'),
      deaf: proc('return function() local event = process.events():receive() logger:info("heard") end'),
    },
    async (app) => {
      const talk = app.eval(`
      local up, heard = process.listen("up"), process.listen("heard")
      process.spawn("app:deaf", "app:processes")
      local pid = process.spawn("app:p", "app:processes", process.pid())
      process.registry.register("watcher")
      local out = {}
      for i = 1, 3 do
        out[#out + 1] = up:receive()
        logger:info("up " .. i)
        if i < 3 then out[#out + 1] = heard:receive() end
      end
      process.send(pid, "x")
      return out`)
      await app.logged('up 1')
      await app.put('app:p', waits('two'))
      await app.logged('up 2')
      await app.put('app:lib', library('return 2'))
      assert.equal(await talk, ['one', 'app:p', 'two', 'app:p', 'two'])
      await app.put('app:deaf', proc('return function() end'))
      assert.not.ok(app.messages.includes('heard'))
    },
  ))

test('one that becomes upgradable when it is outdated already hears it then', () =>
  withApp(
    {
      p: proc(`return function(who)
        process.registry.register("late")
        process.listen("go"):receive()
        local before = process.get_options().upgradable
        process.set_options({ upgradable = true, trap_links = true })
        local options = process.get_options()
        logger:info("heard", { event = process.events():receive().kind, before = before, options = options })
      end`),
    },
    async (app) => {
      await app.eval('return process.spawn("app:p", "app:processes")')
      await app.until(() => app.node.scheduler.names.lookup('late') !== undefined, 'its name')
      await app.put('app:p', proc('return function() end'))
      app.node.scheduler.delivery.message('', 'late', 'go', Uint8Array.of(0x90))
      const { fields } = await app.logged('heard')
      assert.equal(fields, { event: 'pid.outdated', before: false, options: { trap_links: true, upgradable: true } })
    },
  ))

test.run()
