// The security table: every operation that a process can ask for, with every action it needs, under every kind of scope.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { features } from '../../src/app/features.ts'
import { WippyError } from '../../src/error.ts'
import type { Pid } from '../../src/pid.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { Registry } from '../../src/registry/registry.ts'
import { ACTIONS } from '../../src/security/action.ts'
import { scopeOf } from '../../src/security/scope.ts'
import type { Audit } from '../../src/service/audit.ts'
import { Guard } from '../../src/service/guard.ts'
import { Policies } from '../../src/service/policies.ts'
import { CHANGES, type Demand, GENERAL, rightOf, type World } from '../../src/service/rights.ts'
import type { Context } from '../../src/service/service.ts'
import { proc, withApp } from '../support/app.ts'
import { callOf, fakeCaller } from '../support/caller.ts'
import { INSIDE } from './inside-table.ts'

const test = suite('rights')

const PEER = '{app:processes|0x00007}' as Pid
const world: World = { resolve: (name) => (name === 'peer' ? PEER : null) }

type Sample = readonly [
  op: string,
  target: string,
  args: readonly unknown[],
  needs: readonly (readonly [action: string, resource: string])[],
]

const everything = { context: { a: 1 }, actor: 'seal', scope: 'seal', options: { network: 'app:tor' }, name: 'hub' }
const builders = (module: string) =>
  [
    [`${module}.context`, 'context'],
    [`${module}.security`, 'security'],
    ['network.select', 'app:tor'],
  ] as const

/** What an operation needs, by example. */
const SAMPLES: readonly Sample[] = [
  ['funcs.call', 'app:f', [false], [['funcs.call', 'app:f']]],
  ['funcs.call', 'app:f', [everything, 1], [['funcs.call', 'app:f'], ...builders('funcs')]],
  [
    'process.spawn',
    'app:p',
    ['app:h', 'spawn', false],
    [
      ['process.spawn', 'app:p'],
      ['process.host', 'app:h'],
    ],
  ],
  [
    'process.spawn',
    'app:p',
    ['app:h', 'exec', false],
    [
      ['process.exec', 'app:p'],
      ['process.host', 'app:h'],
    ],
  ],
  [
    'process.spawn',
    'app:p',
    ['app:h', 'spawn_linked_monitored', everything],
    [
      ...([
        ['process.spawn', 'app:p'],
        ['process.host', 'app:h'],
        ['process.spawn.monitored', 'app:p'],
      ] as const),
      ...([['process.spawn.linked', 'app:p'], ...builders('process')] as const),
    ],
  ],
  ['process.upgrade', 'app:other', [], [['process.spawn', 'app:other']]],
  ['process.upgrade', '', [], []],
  ['process.terminate', 'peer', [], [['process.terminate', PEER]]],
  ['process.cancel', PEER, [''], [['process.cancel', PEER]]],
  ['process.monitor', 'peer', [], [['process.monitor', PEER]]],
  ['process.unmonitor', 'peer', [], [['process.unmonitor', PEER]]],
  ['process.link', 'peer', [], [['process.link', PEER]]],
  ['process.unlink', 'peer', [], [['process.unlink', PEER]]],
  ['process.registry.register', 'hub', ['', 0], [['process.registry.register', 'hub']]],
  [
    'process.registry.register',
    'hub',
    [PEER, 1],
    [
      ['process.registry.register.eventual', 'hub'],
      ['process.registry.foreign', PEER],
    ],
  ],
  ['process.registry.register', 'hub', ['', 2], [['process.registry.register.consistent', 'hub']]],
  ['process.registry.register', 'hub', ['', 3], [['process.registry.register.strong', 'hub']]],
  ['process.registry.unregister', 'hub', [0], [['process.registry.unregister', 'hub']]],
  ['process.registry.unregister', 'hub', [1], [['process.registry.unregister.eventual', 'hub']]],
  ['process.registry.unregister', 'hub', [2], [['process.registry.unregister.consistent', 'hub']]],
  ['process.registry.unregister', 'hub', [3], [['process.registry.unregister.strong', 'hub']]],
  ['events.subscribe', 'orders', [''], [['events.subscribe', 'orders']]],
  ['events.send', 'orders', ['kind', 'path'], [['events.send', 'orders']]],
  ['registry.get', 'app:x', [], [['registry.get', 'app:x']]],
  ['pg.open', 'app:g', [], [['pg.open', 'app:g']]],
  ...['join', 'leave', 'get_members', 'get_local_members', 'monitor'].map(
    (verb): Sample => [
      `pg.${verb}`,
      'app:g',
      ['room'],
      [
        ['pg.open', 'app:g'],
        [`pg.${verb}`, 'room'],
      ],
    ],
  ),
  ...['broadcast', 'broadcast_local'].map(
    (verb): Sample => [
      `pg.${verb}`,
      'app:g',
      ['room', 'topic', 1],
      [
        ['pg.open', 'app:g'],
        [`pg.${verb}`, 'room'],
      ],
    ],
  ),
  ...['which_groups', 'which_local_groups', 'events'].map(
    (verb): Sample => [
      `pg.${verb}`,
      'app:g',
      [],
      [
        ['pg.open', 'app:g'],
        [`pg.${verb}`, ''],
      ],
    ],
  ),
  [
    'pg.join',
    'app:g',
    [['a', 'b']],
    [
      ['pg.open', 'app:g'],
      ['pg.join', 'a'],
      ['pg.join', 'b'],
    ],
  ],
  ['cloudstorage.get', 'app:b', [], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.list', 'app:b', [''], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.head', 'app:b', ['k'], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.download', 'app:b', ['k', 1], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.upload', 'app:b', ['k', 'x'], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.delete', 'app:b', [['k']], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.presign_get', 'app:b', ['k'], [['cloudstorage.get', 'app:b']]],
  ['cloudstorage.presign_put', 'app:b', ['k'], [['cloudstorage.get', 'app:b']]],
  ['security.actor.create', 'ada', [], [['security.actor.create', 'ada']]],
  ['security.scope.create', 'custom', [], [['security.scope.create', 'custom']]],
  ['security.policy.get', 'app:p', [], [['security.policy.get', 'app:p']]],
  ['security.policy_group.get', 'app:g', [], [['security.policy_group.get', 'app:g']]],
  ['security.token_store.get', 'app:t', [], [['security.token_store.get', 'app:t']]],
  ['security.token.create', 'app:t', [], [['security.token.create', 'app:t']]],
  ['security.token.validate', 'app:t', [], [['security.token.validate', 'app:t']]],
  ['security.token.revoke', 'app:t', [], [['security.token.revoke', 'app:t']]],
  ['system.read', 'memory', [], [['system.read', 'memory']]],
  ['system.control', 'gomaxprocs', [], [['system.control', 'gomaxprocs']]],
  ['system.gc', 'gc', [], [['system.gc', 'gc']]],
  ['system.lock', 'name', [], [['system.lock', 'name']]],
  ['system.exit', '', [], [['system.exit', '']]],
  ['db.get', 'app:db', [], [['db.get', 'app:db']]],
  ['contract.get', 'app:c', [], [['contract.get', 'app:c']]],
  ['contract.implementations', 'app:c', [], [['contract.implementations', 'app:c']]],
  ['contract.open', 'app:b', [], [['contract.open', 'app:b']]],
  ['contract.open', '', [], []],
  [
    'contract.call',
    'run',
    [{ binding: 'app:b' }],
    [
      ['contract.call', 'run'],
      ['contract.open', 'app:b'],
    ],
  ],
  [
    'contract.call',
    'run',
    [{ binding: 'app:b', actor: 'seal' }],
    [
      ['contract.call', 'run'],
      ['contract.open', 'app:b'],
      ['contract.security', 'app:b'],
    ],
  ],
  ['http_client.request', 'http://a.test', ['GET', {}], [['http_client.request', 'http://a.test/']]],
  [
    'http_client.request',
    'https://A.test/x',
    ['GET', { unix_socket: '/s', overlay_network: 'app:tor', tls: { insecure_skip_verify: true } }],
    [
      ['http_client.request', 'https://a.test/x'],
      ['http_client.unix_socket', '/s'],
      ['network.select', 'app:tor'],
      ['http_client.insecure_tls', 'https://a.test/x'],
    ],
  ],
  ['exec.get', 'app:exec', [], [['exec.get', 'app:exec']]],
  [
    'exec.prepare',
    'ls -l',
    ['app:exec', {}],
    [
      ['exec.get', 'app:exec'],
      ['exec.run', 'ls -l'],
    ],
  ],
  [
    'websocket.connect',
    'WS://A.test/x',
    [{}],
    [
      ['websocket.connect', ''],
      ['websocket.connect.url', 'ws://a.test/x'],
    ],
  ],
  [
    'http_client.batch',
    '',
    [
      [
        ['GET', 'http://a.test/', {}],
        ['GET', 'http://b.test/', { unix_socket: '/s' }],
      ],
    ],
    [
      ['http_client.request', 'http://a.test/'],
      ['http_client.request', 'http://b.test/'],
      ['http_client.unix_socket', '/s'],
    ],
  ],
  [
    'queue.publish',
    'app:q',
    [false, 1],
    [
      ['queue.publish', ''],
      ['queue.publish.queue', 'app:q'],
    ],
  ],
  ['process.network', 'app:tor', [], [['network.select', 'app:tor']]],
  ['workflow.exec', 'app:w', [], [['workflow.exec', 'app:w']]],
  ['workflow.read', '{app:w|o-1}', ['total'], [['workflow.read', '{app:w|o-1}']]],
  ['template.get', 'app:t', [], [['template.get', 'app:t']]],
  ['template.render', 'app:t', [], [['template.get', 'app:t']]],
  ['eval.compile', '', [{}], [['eval.compile', '']]],
  ['eval.run', '', [{}], [['eval.run', '']]],
  ['sandbox.run', 'app:untrusted', ['return 1', {}], [['sandbox.run', 'app:untrusted']]],
  ['store.get', 'app:s', [], [['store.get', 'app:s']]],
  ['store.info', 'app:s', [], [['store.info', 'app:s']]],
  ...(['get', 'has', 'set', 'delete', 'list'] as const).map(
    (verb): Sample => [`store.key.${verb}`, 'app:s', ['k'], [[`store.key.${verb}`, 'app:s']]],
  ),
  ['store.key.entry', 'app:s', ['k'], [['store.key.get', 'app:s']]],
  ['store.key.put', 'app:s', ['k', 0, false, null, 1], [['store.key.set', 'app:s']]],
  ...['get', 'stat', 'exists', 'list', 'mkdir', 'remove', 'read', 'write', 'open'].map(
    (verb): Sample => [`fs.${verb}`, 'app:dir', [], [['fs.get', 'app:dir']]],
  ),
  ...['query', 'execute', 'prepare', 'begin', 'commit', 'rollback', 'stats'].map(
    (verb): Sample => [`sql.${verb}`, 'app:db', [], [['db.get', 'app:db']]],
  ),
]

/** Modules that compute, wait, or talk to the terminal of their own process. */
const HARMLESS = ['base64', 'compress', 'crypto', 'ctx', 'excel', 'expr', 'hash', 'html', 'http', 'io', 'json'].concat([
  'logger',
  'metrics',
  'payload',
  'stream',
  'text',
  'time',
  'treesitter',
  'tty',
  'uuid',
  'yaml',
])

/** Other operations that change and reveal nothing but what is the caller's own. */
const FREE =
  `exec.start exec.wait exec.signal exec.write exec.output exec.close websocket.send websocket.next websocket.ping websocket.close events.close pg.close funcs.cancel plugin.run queue.message queue.ack queue.nack queue.info
  workflow.info workflow.version workflow.attrs workflow.history_size activity.heartbeat activity.details activity.info process.get_options process.set_options process.registry.lookup
  registry.current registry.version registry.versions registry.delta security.self security.can`
    .trim()
    .split(/\s+/)

const policy = (
  name: string,
  effect: 'allow' | 'deny',
  pairs: readonly (readonly [string, string])[],
  conditions: readonly unknown[] = [],
) =>
  pairs.map(([action, resource], at) =>
    makeEntry({
      id: `app:${name}.${at}`,
      kind: 'security.policy',
      data: { policy: { actions: [action], resources: [resource], effect, conditions } },
    }),
  )

/** What the guard says to a call of somebody with these policies, and what was written down. */
const guarded = async (policies: readonly ReturnType<typeof makeEntry>[], context: Partial<Context> = {}) => {
  const noted: string[] = []
  const audit = {
    denied: (_: unknown, { action }: { action: string }, { policy }: { policy: string | null }) => noted.push(`deny ${action} ${policy}`),
    allowed: (_: unknown, { action }: { action: string }) => noted.push(`allow ${action}`),
  } as unknown as Audit
  const registry = new Registry()
  const known = new Policies(registry)
  registry.kinds.add(known.handler)
  const { problems } = await registry.boot(policies)
  assert.equal(problems, [])
  const guard = new Guard({ policies: known, audit, world, refused: () => {} })
  const scope = scopeOf(policies.map(({ id }) => id))
  const caller = fakeCaller({ entry: 'app:agent', context: { values: {}, actor: { id: 'ada', meta: {} }, scope, ...context } })
  const ask = ([op, target, args]: Sample): string => {
    try {
      guard.check(callOf(caller, op, target, args))
      return 'allowed'
    } catch (error) {
      return error instanceof WippyError ? `${error.kind} ${error.code}` : String(error)
    }
  }
  const need = (demand: Demand): string => {
    try {
      guard.need(caller, demand)
      return 'allowed'
    } catch (error) {
      return error instanceof WippyError ? `${error.kind} ${error.code}` : String(error)
    }
  }
  return { ask, need, noted }
}

const DENIED = 'PermissionDenied PERMISSION_DENIED'
const fails = [{ field: 'actor.id', operator: 'eq', value: 'somebody else' }]

for (const sample of SAMPLES) {
  const [op, , args, needs] = sample
  const name = `${op}${args.length > 0 ? ` ${JSON.stringify(args).slice(0, 60)}` : ''}`

  test(`${name}: allowed by what it needs, and by nothing less`, async () => {
    assert.is((await guarded(policy('a', 'allow', needs))).ask(sample), 'allowed')
    for (const one of needs) {
      const less = needs.filter((need) => need !== one)
      assert.is((await guarded(policy('a', 'allow', less))).ask(sample), DENIED, `without ${one[0]}`)
    }
  })

  if (needs.length === 0) continue

  test(`${name}: denied by a deny of any of it, by no policy, and by a condition that fails`, async () => {
    for (const one of needs) {
      const { ask, noted } = await guarded([...policy('a', 'allow', needs), ...policy('d', 'deny', [one])])
      assert.is(ask(sample), DENIED)
      assert.equal(noted.at(-1), `deny ${one[0]} app:d.0`)
    }
    const { ask, noted } = await guarded([])
    assert.is(ask(sample), DENIED)
    assert.equal(noted, [`deny ${needs[0]![0]} null`])
    assert.is((await guarded(policy('a', 'allow', needs, fails))).ask(sample), DENIED)
  })

  test(`${name}: without a scope it is the operator's alone`, async () => {
    const without = { values: {} }
    const { ask } = await guarded([], { scope: undefined, operator: true } as unknown as Context)
    assert.is(ask(sample), 'allowed')
    const registryless = await guarded([], { scope: undefined, ...without } as unknown as Context)
    assert.is(registryless.ask(sample), DENIED)
  })
}

for (const action of ACTIONS) {
  test(`the action ${action}: allowed, denied, without a policy, and by a condition that fails`, async () => {
    const need = [[action, 'app:x']] as const
    const asked = async (policies: Parameters<typeof guarded>[0]): Promise<readonly string[]> => {
      const { need, noted } = await guarded(policies)
      return [need({ action, resource: 'app:x' }), ...noted]
    }
    assert.equal(await asked(policy('a', 'allow', need)), ['allowed', ...(CHANGES.has(action) ? [`allow ${action}`] : [])])
    const both = [...policy('a', 'allow', [['*', '*']]), ...policy('d', 'deny', need)]
    assert.equal(await asked(both), [DENIED, `deny ${action} app:d.0`])
    assert.equal(await asked([]), [DENIED, `deny ${action} null`])
    assert.equal(await asked(policy('a', 'allow', need, fails)), [DENIED, `deny ${action} null`])
  })
}

/** Actions of services that are not here. A service that comes has its operations in the samples, and its actions not in this list. */
const UNUSED = /^(hub)\.|^network\.bind$/

/** Actions of messages, and of agents. */
const BESIDE = ['process.send', 'registry.versions']

test('every action is needed by an operation, by a message or an agent, or belongs to a service that is not here', () => {
  const needed = [...SAMPLES.flatMap(([, , , needs]) => needs), ...INSIDE.flatMap(({ needs }) => needs)].map(([action]) => action)
  for (const action of ACTIONS) assert.is(needed.includes(action) || BESIDE.includes(action), !UNUSED.test(action), action)
})

test('a sample needs actions of the catalogue only', () => {
  for (const [, , , needs] of SAMPLES) for (const [action] of needs) assert.ok(ACTIONS.has(action), action)
  for (const action of [...CHANGES, ...GENERAL]) assert.ok(ACTIONS.has(action), action)
})

test('every operation of every feature is sampled, free, or asks itself: none is forgotten', () =>
  withApp({ worker: proc('return function() end') }, async ({ node }) => {
    const modules = [...new Set(features.flatMap((feature) => feature.modules ?? []))]
    for (const feature of features) for (const service of (await feature.load(node.parts)).services ?? []) node.parts.door.add(service)
    assert.ok(modules.length > 10)
    const sampled = new Set(SAMPLES.map(([op]) => op))
    const wrong = node.parts.door.operations.filter((op) => {
      const right = rightOf(op)
      if (right === 'free') return !FREE.includes(op) && !HARMLESS.includes(op.slice(0, op.indexOf('.')))
      return right === 'inside' ? !INSIDE.some((inside) => inside.op === op) : !sampled.has(op)
    })
    assert.equal(wrong, [], 'give these a line in service/rights.ts, and one in this table')
  }))

test('an operation nobody spoke of needs the action of its own name', async () => {
  const sample: Sample = ['rocket.launch', 'app:pad', [], [['rocket.launch', 'app:pad']]]
  assert.is((await guarded([])).ask(sample), DENIED)
  assert.is((await guarded(policy('a', 'allow', [['rocket.launch', 'app:pad']]))).ask(sample), 'allowed')
})

test.run()
