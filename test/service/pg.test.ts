// Groups of processes.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, proc, type TestApp, withApp } from '../support/app.ts'

const test = suite('pg')

const MODULES = ['pg', 'events', 'time', 'registry']

/** Does what it is told: `{ to, code }`, and says what came of it. */
const MEMBER = `local pg = require('pg')
  return { main = function(name, again)
    local g = assert(pg.open('app:groups'))
    process.registry.register(name)
    if again then process.send('watch', 'done', { again }) end
    local inbox = process.inbox()
    while true do
      local msg = inbox:receive()
      local topic, data = msg:topic(), msg:payload() and msg:payload():data()
      if topic == 'end' then return end
      if topic == 'upgrade' then process.upgrade(nil, name, 'again') end
      if topic == 'do' then
        local results = table.pack(g[data.method](g, table.unpack(data.args or {})))
        process.send(data.to, 'done', { results[1], results[2] and tostring(results[2]) })
      elseif topic ~= 'upgrade' then process.send('watch', name, { topic, data, msg:from() }) end
    end
  end }`

const entries: Readonly<Record<string, Draft>> = {
  groups: { kind: 'pg.scope', max_groups: 5, max_members_per_group: 4 },
  others: { kind: 'pg.scope' },
  member: proc(MEMBER, { modules: MODULES }),
}

const BEGIN = `local pg, time = require('pg'), require('time')
  local inbox = process.inbox()
  process.registry.register('watch')
  local g = assert(pg.open('app:groups'))
  local function start(name) return assert(process.spawn_monitored('app:member', 'app:processes', name)) end
  local function say(to, method, ...)
    process.send(to, 'do', { to = process.pid(), method = method, args = { ... } })
    while true do
      local msg = inbox:receive()
      if msg:topic() == 'done' then return table.unpack(msg:payload():data()) end
    end
  end
  local function hear() local msg = inbox:receive() local data = msg:payload():data() return msg:topic() .. ' ' .. data[1] .. ' ' .. tostring(data[2]) end`

const withGroups = (act: (run: (code: string) => Promise<unknown>, app: TestApp) => Promise<void>): Promise<void> =>
  withApp(entries, (app) => act((code) => app.eval(`${BEGIN} ${code}`, { modules: MODULES }), app))

test('who has joined hears what is broadcast, as often as it has joined', () =>
  withGroups(async (run) => {
    const heard = await run(`local a, b = start('a'), start('b')
      say(a, 'join', 'room') say(b, 'join', { 'room', 'hall' }) say(b, 'join', 'room')
      assert(g:broadcast('room', 'news', 1))
      local all = { hear(), hear(), hear() }
      assert(g:broadcast_local('hall', 'more', 'x'))
      all[#all + 1] = hear()
      assert(g:broadcast('nobody', 'x'))
      return { all, #g:get_members('room'), g:get_members('room')[1] == a, g:get_local_members('hall')[1] == b, g:which_groups(), g:which_local_groups() }`)
    assert.equal(heard, [['a news 1', 'b news 1', 'b news 1', 'b more x'], 3, true, true, ['hall', 'room'], ['hall', 'room']])
  }))

test('who leaves, or ends, is in no group; other code under the same pid is', () =>
  withGroups(async (run) => {
    const counts = await run(`local a, b = start('a'), start('b')
      local counts, events = {}, process.events()
      local function count() counts[#counts + 1] = #g:get_members('room') end
      say(a, 'join', 'room') say(a, 'join', 'room') say(b, 'join', 'room') count()
      say(a, 'leave', 'room') count()
      process.send(b, 'upgrade') assert(inbox:receive():topic() == 'done') say(b, 'which_groups') count()
      process.send(a, 'end') events:receive() count()
      process.terminate(b) events:receive() count()
      return { counts, g:which_groups() }`)
    assert.equal(counts, [[3, 2, 2, 1, 0], {}])
  }))

test('who joins and leaves again and again leaves nothing behind', () =>
  withGroups(async (run, app) => {
    await run(`local a = start('a') for _ = 1, 50 do say(a, 'join', 'room') say(a, 'leave', 'room') end`)
    const [member] = app.processes('app:member')
    assert.is(member?.exits?.length, 1)
  }))

test('changes are heard, of one group or of all, and as events of the node', () =>
  withGroups(async (run) => {
    const heard = await run(`local a = start('a')
      say(a, 'join', 'hall')
      local one, members = g:monitor('room')
      local all, groups = g:events()
      local node = require('events').subscribe('pg')
      say(a, 'join', { 'room', 'hall' }) say(a, 'leave', 'room')
      local function kinds(sub, n) local list = {} for at = 1, n do local e = sub:channel():receive() list[at] = e.kind .. ' ' .. e.path .. ' ' .. tostring(e.data.PIDs[1] == a) end return list end
      local told = { #members, groups.hall[1] == a, kinds(one, 2), kinds(all, 3), kinds(node, 3) }
      one:close()
      told[#told + 1] = tostring(select(2, one:channel():receive()))
      return told`)
    const [joined, hall, left] = ['member.joined room true', 'member.joined hall true', 'member.left room true']
    assert.equal(heard, [0, true, [joined, left], [joined, hall, left], [joined, hall, left], 'false'])
  }))

test('scopes know nothing of each other, and there are bounds', () =>
  withGroups(async (run) => {
    const told = await run(`local o, told = assert(pg.open('app:others')), {}
      local function no(_, err) told[#told + 1] = err:kind() end
      assert(g:join('room')) no(o:leave('room'))
      no(g:join{ 'a', 'b', 'c', 'd', 'e' }) told[#told + 1] = #g:which_groups()
      no(g:join{ 'room', 'room', 'room', 'room' }) told[#told + 1] = #g:get_members('room')
      no(g:join('')) no(g:join{}) no(g:join(1)) no(g:leave('hall')) no(g:broadcast('room', '@x', 1)) no(g:broadcast('room', '')) no(pg.open('app:none')) no(pg.open(''))
      g:release() no(g:join('room')) no(g:monitor('room')) no(g:events())
      return told`)
    assert.equal(told, [
      ...['NotFound', 'RateLimited', 1, 'RateLimited', 1],
      ...['Invalid', 'Invalid', 'Invalid', 'NotFound', 'Invalid', 'Invalid', 'NotFound', 'Invalid', 'Invalid', 'Invalid', 'Invalid'],
    ])
  }))

test('what somebody has no room for it misses, and others do not', () =>
  withApp(
    {
      ...entries,
      small: { kind: 'process.host', limits: { mailbox: { messages: 2 } } },
      deaf: proc(
        `return function() local g = require('pg').open('app:groups') g:join('room') process.send('watch', 'deaf', { 'joined' }) require('time').sleep('1h') end`,
        { modules: MODULES },
      ),
    },
    async (app) => {
      const heard = await app.eval(
        `${BEGIN} local a = start('a') say(a, 'join', 'room')
         assert(process.spawn('app:deaf', 'app:small')) hear()
         local all = {}
         for at = 1, 5 do assert(g:broadcast('room', 'n', at)) all[at] = hear() end
         return all`,
        { modules: MODULES },
      )
      assert.equal(heard, ['a n 1', 'a n 2', 'a n 3', 'a n 4', 'a n 5'])
    },
  ))

test('a scope that is deleted has no groups, and one that is changed keeps them', () =>
  withGroups(async (run, app) => {
    await run(`say(start('a'), 'join', 'room')`)
    await app.put('app:groups', { kind: 'pg.scope', max_groups: 1 })
    assert.equal(await run(`local _, err = g:join('b') return { err:kind(), g:which_groups() }`), ['RateLimited', ['room']])
    await app.drop('app:groups')
    assert.match(
      String(await app.eval(`local _, err = require('pg').open('app:groups') return err:message()`, { modules: MODULES })),
      /no pg.scope/,
    )
  }))

test.run()
