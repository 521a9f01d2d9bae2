// The security table, continued: operations that ask for each thing they touch, and every action of the model by itself.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, func, library, proc, withApp } from '../support/app.ts'
import { INSIDE } from './inside-table.ts'

const test = suite('rights, inside')

const MODULES = ['contract', 'env', 'eval_runner', 'http_client', 'registry', 'security', 'supervisor']

type Pair = readonly [action: string, resource: string]

const policy = (effect: 'allow' | 'deny', [action, resource]: Pair, conditions: readonly unknown[] = []): Draft => ({
  kind: 'security.policy',
  policy: { actions: action, resources: resource, effect, conditions },
})
const fails = [{ field: 'actor.id', operator: 'eq', value: 'somebody else' }]

const around: Readonly<Record<string, Draft>> = {
  memory: { kind: 'env.storage.memory' },
  x: { kind: 'env.variable', variable: 'X', storage: 'app:memory', default: '0' },
  note: { kind: 'registry.entry' },
  held: policy('allow', ['read', '*']),
  other: policy('allow', ['read', '*']),
  everything: policy('allow', ['*', '*']),
  lib: library('return {}'),
  f: func('return function() end'),
  definition: { kind: 'contract.definition', methods: [{ name: 'run' }] },
  bound: { kind: 'contract.binding', contracts: [{ contract: 'app:definition', methods: { run: 'app:f' } }] },
  idle: proc('return function() process.events():receive() end'),
  tree: { kind: 'process.supervisor', host: 'app:processes', children: [{ id: 'idle', process: 'idle' }], lifecycle: { auto_start: true } },
}

/** Policies by which an operation is allowed, and three ways in which it is not. */
const casesOf = (at: number, needs: readonly Pair[]): Readonly<Record<string, Readonly<Record<string, Draft>>>> => {
  const named = (name: string, drafts: readonly Draft[]) => Object.fromEntries(drafts.map((draft, i) => [`${name}${at}_${i}`, draft]))
  return {
    'no policy': {},
    denied: named('deny', [policy('deny', needs[0]!)]),
    'a condition that fails': named(
      'fail',
      needs.map((need) => policy('allow', need, fails)),
    ),
    allowed: named(
      'allow',
      needs.map((need) => policy('allow', need)),
    ),
  }
}

const table = INSIDE.map(({ op, code, needs, isFilter = false }, at) => ({ op, code, isFilter, at, cases: casesOf(at, needs) }))
const drafts: Readonly<Record<string, Draft>> = {
  ...around,
  ...Object.assign({}, ...table.flatMap(({ cases }) => Object.values(cases))),
  ...Object.fromEntries(
    table.map(({ at, code }) => [
      `op${at}`,
      func(`return function() local value, err = ${code} return err and err:kind() or value ~= nil and "done" or "nothing" end`, {
        modules: MODULES,
      }),
    ]),
  ),
}

const asking = (at: number, names: readonly string[]): string => `
  local policies = {}
  for i, name in ipairs{ ${names.map((name) => `"app:${name}"`).join(', ')} } do policies[i] = assert(security.policy(name)) end
  local result, err = funcs.new():with_actor(security.new_actor("ada")):with_scope(security.new_scope(policies)):call("app:op${at}")
  return err and err:message() or result`

test('operations that ask for each thing they touch are refused without the right, or leave out what is not allowed', () =>
  withApp(drafts, async (app) => {
    assert.equal(app.node.problems, [])
    for (const { op, at, isFilter, cases } of table) {
      for (const [name, policies] of Object.entries(cases)) {
        const held = [...Object.keys(policies), 'other', ...(name === 'denied' ? ['everything'] : [])]
        const got = await app.eval(asking(at, held), { modules: ['funcs', 'security'] })
        const wanted = name === 'allowed' ? 'done' : isFilter ? 'nothing' : 'PermissionDenied'
        assert.is(got, wanted, `${op}, ${name}`)
      }
    }
    const records = await app.node.parts.audit.read({ verdict: 'deny', actor: 'ada' })
    const refused = table.filter(({ isFilter }) => !isFilter)
    assert.is(records.length, refused.length * 3, 'every refusal is in the audit')
  }))

test.run()
