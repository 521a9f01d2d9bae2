// What `system` shows, and what it lets be turned.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import type { Caller } from '../../src/service/service.ts'
import { systemService } from '../../src/service/system.ts'
import { localLocks, type SystemView } from '../../src/service/system-view.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'
import { guest } from '../support/guest.ts'

const test = suite('system')

const viewed = (given: Partial<SystemView> = {}) => {
  const exits: number[] = []
  const view: SystemView = {
    modules: () => [{ name: 'io', description: 'Terminal', class: ['io'] }],
    hosts: () => [{ id: 'app:processes', workers: 1, processes: 2, executed: 10, stolen: 0, queue_depth: 0 }],
    processes: (host) => [
      { pid: '{h|0x00001}', host, source: 'app:worker', state: 'idle', steps: 3, started_at: 5n, stats: { fuel: 100 } },
    ],
    services: () => [{ id: 'app:db', status: 'running', desired: 'running', retry_count: 0, last_update: 2n ** 60n, started_at: 1 }],
    nodes: () => [
      { id: 'b', is_local: false },
      { id: 'c', is_local: true, addr: '10.0.0.1:7000' },
      { id: 'a', is_local: false },
    ],
    leader: () => 'a',
    raft: () => null,
    exit: (code) => exits.push(code),
    ...localLocks(),
    ...given,
  }
  return { service: systemService(view), exits }
}

const failure = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    return error instanceof WippyError ? error.kind : String(error)
  }
  return 'no error'
}

test('questions nobody knows are Invalid, also those that objects inherit', async () => {
  const { service } = viewed()
  for (const [resource, question] of [
    ['memory', 'nothing'],
    ['nothing', 'stats'],
    ['memory', 'constructor'],
    ['constructor', 'name'],
    ['memory', 5],
  ] as const)
    assert.is(await failure(() => ask(service, fakeCaller(), 'system.read', resource, [question])), 'Invalid')
})

test('every answer can be sent to a process', async () => {
  const { service } = viewed()
  const [[stats], [services], [processes]] = await Promise.all([
    values(ask(service, fakeCaller(), 'system.read', 'memory', ['stats'])),
    values(ask(service, fakeCaller(), 'system.read', 'supervisor', ['states'])),
    values(ask(service, fakeCaller(), 'system.read', 'hosts', ['processes', 'app:processes'])),
  ])
  assert.ok((stats as { alloc: number }).alloc > 0)
  assert.is((services as { last_update: bigint }[])[0]!.last_update, 2n ** 60n)
  assert.is((processes as { stats: { fuel: number } }[])[0]!.stats.fuel, 100)
})

test('in Lua: figures of memory, runtime and process', async () => {
  const { run } = await guest([viewed().service])
  const result = await run(`
    local system = require('system')
    local s = system.memory.stats()
    assert(s.alloc > 0 and s.heap_objects > 0 and s.num_gc >= 0 and system.memory.allocated() > 0 and system.memory.heap_objects() > 0)
    assert(system.runtime.cpu_count() > 0 and system.process.pid() > 0 and #system.process.hostname() > 0 and #system.process.cwd() > 0)
    return system.runtime.goroutines() .. system.modules()[1].name .. system.hosts.list()[1].id .. system.hosts.processes('x')[1].host
  `)
  assert.is(result, '2ioapp:processesx')
})

test('in Lua settings are kept and give back what was before', async () => {
  const { run } = await guest([viewed().service])
  const result = await run(`
    local system = require('system')
    assert(system.gc.collect() == true)
    local limit, percent = system.memory.set_limit(1000), system.gc.set_percent(200)
    local procs = system.runtime.max_procs()
    assert(system.runtime.max_procs(procs + 1) == procs and system.runtime.max_procs() == procs + 1)
    return limit .. system.memory.get_limit() .. percent .. system.gc.get_percent()
  `)
  assert.is(result, '-11000100200')
  const kinds = await run(`
    local system = require('system')
    local _, a = system.memory.set_limit(-5)
    local _, b = system.memory.set_limit()
    local _, c = system.runtime.max_procs(0)
    local _, d = system.gc.set_percent('x')
    return a:kind() .. b:kind() .. c:kind() .. d:kind() .. tostring(c:retryable())
  `)
  assert.is(kinds, 'InvalidInvalidInvalidInvalidfalse')
})

test('in Lua: services, nodes, consensus', async () => {
  const { run } = await guest([viewed().service])
  const result = await run(`
    local system = require('system')
    local _, missing = system.supervisor.state('app:none')
    local _, absent = system.raft.term()
    local members = system.cluster.members()
    return system.supervisor.state('app:db').status .. missing:kind() .. absent:kind() .. system.node.id() .. system.node.addr() .. system.node.role()
      .. members[1].id .. members[2].id .. system.cluster.size() .. system.cluster.leader()
  `)
  assert.is(result, 'runningNotFoundInternalc10.0.0.1:7000non-memberca3a')
  const member = await guest([viewed({ raft: () => ({ role: 'leader', stats: { term: '4', commit_index: '17' } }) }).service])
  assert.is(
    await member.run(`
      local raft = require('system').raft
      return tostring(raft.is_leader()) .. tostring(raft.is_member()) .. raft.role() .. raft.term() .. raft.commit_index() .. raft.stats().term
    `),
    'truetrueleader4174',
  )
})

test('a lock has one holder, who alone lets it go; its end lets it go too', async () => {
  const { service } = viewed()
  const first = fakeCaller()
  const second = fakeCaller({ pid: '{app:processes|0x00002}' as never })
  const lock = async (caller: typeof first, verb: string) => (await ask(service, caller, 'system.lock', 'name', [verb])) as unknown[]
  assert.equal(await lock(first, 'acquire'), [true])
  assert.is(await failure(() => lock(second, 'acquire')), 'AlreadyExists')
  assert.is(await failure(() => lock(first, 'acquire')), 'AlreadyExists')
  assert.equal(await lock(second, 'release'), [false])
  assert.equal(await lock(first, 'release'), [true])
  assert.equal(await lock(second, 'acquire'), [true])
  second.end()
  assert.equal(await lock(first, 'acquire'), [true])
})

test('a process holds so many locks and no more, until it lets one go or ends', async () => {
  const { lock, unlock } = localLocks()
  const [caller, other] = [fakeCaller(), fakeCaller({ pid: '{app:processes|0x00002}' as Caller['pid'] })]
  for (let at = 0; at < 1000; at++) assert.ok(lock(caller, `n${at}`))
  assert.throws(
    () => lock(caller, 'more'),
    ({ code }: WippyError) => code === 'SYSTEM_LOCKS_TOO_MANY',
  )
  assert.ok(lock(other, 'more'))
  assert.ok(unlock(caller, 'n7'))
  assert.ok(lock(caller, 'n7'))
  caller.end()
  assert.ok(lock(other, 'n7'))
})

test('in Lua a lock that is held is false and an error', async () => {
  const { run } = await guest([viewed({ lock: () => false }).service])
  assert.is(await run(`local ok, err = require('system').lock.acquire('n') return tostring(ok) .. err:kind()`), 'falseAlreadyExists')
})

test('in Lua exit passes its code on, as a byte', async () => {
  const { service, exits } = viewed()
  const { run } = await guest([service])
  await run(`local system = require('system') system.exit() system.exit(3) system.exit(256 + 1)`)
  assert.equal(exits, [0, 3, 1])
})

test.run()
