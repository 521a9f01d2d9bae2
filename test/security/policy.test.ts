import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Condition, type Operator, operators } from '../../src/security/condition.ts'
import { Policy } from '../../src/security/policy.ts'
import type { Request, Verdict } from '../../src/security/request.ts'
import { decide, sweeping } from '../../src/security/scope.ts'

const test = suite('policies')

const regex = (pattern: string) => {
  const expression = new RegExp(pattern)
  return (text: string) => expression.test(text)
}

const policy = (effect: 'allow' | 'deny', conditions: readonly Condition[] = [], more: { actions?: string[]; resources?: string[] } = {}) =>
  new Policy({ id: `app:${effect}`, actions: ['*'], resources: ['*'], effect, conditions, expression: null, ...more }, regex)

const condition = (field: string, operator: Operator, value: unknown, valueFrom: string | null = null): Condition => ({
  field,
  operator,
  value,
  valueFrom,
})

const request = (more: Partial<Request> = {}): Request => ({
  actor: { id: 'ada', meta: { role: 'admin', age: 36, tags: ['a', 'b'], team: { name: 'core' } } },
  action: 'document.read',
  resource: 'document:1',
  meta: { owner: 'ada', size: '10', account: '0012', hex: '0x0c', large: 2n ** 60n + 1n, exact: String(2n ** 60n + 1n) },
  ...more,
})

/** What an allow and a deny with this condition say. */
const said = (...given: Parameters<typeof condition>): readonly Verdict[] =>
  (['allow', 'deny'] as const).map((effect) => policy(effect, [condition(...given)]).evaluate(request()))

const YES = ['allow', 'deny']
const NO = ['undefined', 'undefined']
const UNKNOWN = ['undefined', 'deny'] // cannot be told: the safe side of both

const table: readonly (readonly [...Parameters<typeof condition>, readonly string[]])[] = [
  ['actor.id', 'eq', 'ada', null, YES],
  ['actor.id', 'eq', 'bob', null, NO],
  ['actor.meta.age', 'eq', '36', null, YES],
  ['actor.id', 'ne', 'bob', null, YES],
  ['actor.id', 'ne', 'ada', null, NO],
  ['actor.meta.age', 'lt', 40, null, YES],
  ['actor.meta.age', 'gt', 40, null, NO],
  ['actor.meta.age', 'lte', 36, null, YES],
  ['meta.size', 'gte', 10, null, YES],
  ['actor.id', 'lt', 3, null, UNKNOWN],
  ['actor.meta.none', 'lt', 3, null, UNKNOWN],
  ['action', 'in', ['document.read', 'document.list'], null, YES],
  ['action', 'in', ['document.list'], null, NO],
  ['action', 'in', 7, null, UNKNOWN],
  ['action', 'nin', ['document.list'], null, YES],
  ['action', 'nin', 7, null, UNKNOWN],
  ['meta.owner', 'exists', true, null, YES],
  ['meta.none', 'exists', true, null, NO],
  ['meta.none', 'exists', false, null, YES],
  ['meta.none', 'nexists', true, null, YES],
  ['meta.owner', 'nexists', true, null, NO],
  ['resource', 'contains', 'document', null, YES],
  ['actor.meta.tags', 'contains', 'b', null, YES],
  ['actor.meta.tags', 'ncontains', 'b', null, NO],
  ['actor.meta.team', 'contains', 'b', null, UNKNOWN],
  ['resource', 'matches', '^document:\\d+$', null, YES],
  ['resource', 'nmatches', '^document:', null, NO],
  ['actor.meta.team.name', 'eq', 'core', null, YES],
  ['actor.meta.team', 'matches', 'x', null, UNKNOWN],
  ['meta.owner', 'eq', null, 'actor.id', YES],
  ['meta.owner', 'ne', null, 'actor.id', NO],
  ['meta.owner', 'eq', null, 'actor.meta.none', NO],
  ['meta.owner', 'ne', null, 'actor.meta.none', UNKNOWN],
  ['meta.none', 'eq', 'x', null, NO],
  ['meta.none', 'ne', 'x', null, UNKNOWN],
  ['meta.account', 'eq', '12', null, NO],
  ['meta.account', 'in', ['12', '0012'], null, YES],
  ['meta.account', 'in', ['12'], null, NO],
  ['meta.account', 'eq', 12, null, YES],
  ['meta.hex', 'eq', 12, null, NO],
  ['meta.hex', 'lt', 13, null, UNKNOWN],
  ['meta.large', 'eq', 2 ** 60, null, NO],
  ['meta.large', 'gt', 2 ** 60, null, YES],
  ['meta.large', 'eq', null, 'meta.exact', YES],
  ['meta.constructor', 'exists', true, null, NO],
]

for (const [field, operator, value, from, expected] of table) {
  test(`${field} ${operator} ${from ?? JSON.stringify(value)}`, () => assert.equal(said(field, operator, value, from), expected))
}

test('every operator is in the table', () => {
  for (const operator of operators)
    assert.ok(
      table.some((row) => row[1] === operator),
      operator,
    )
})

test('all conditions have to hold; one that certainly does not outweighs one that cannot be told', () => {
  const yes = condition('actor.id', 'eq', 'ada')
  const no = condition('actor.id', 'eq', 'bob')
  const unknown = condition('actor.id', 'lt', 3)
  assert.is(policy('deny', [yes, yes]).evaluate(request()), 'deny')
  assert.is(policy('deny', [unknown, no]).evaluate(request()), 'undefined')
  assert.is(policy('deny', [yes, unknown]).evaluate(request()), 'deny')
  assert.is(policy('allow', [yes, unknown]).evaluate(request()), 'undefined')
})

test('nobody is no actor in particular', () => {
  assert.is(policy('allow', [condition('actor.id', 'eq', 'ada')]).evaluate(request({ actor: null })), 'undefined')
  assert.is(policy('deny', [condition('actor.id', 'ne', 'ada')]).evaluate(request({ actor: null })), 'deny')
})

test('what is no condition is refused with a sentence', () => {
  assert.throws(() => policy('allow', [condition('actr.id', 'eq', 'x')]), /there is no field "actr.id"/)
  assert.throws(() => policy('allow', [condition('actor', 'eq', 'x')]), /there is no field "actor"/)
  assert.throws(() => policy('allow', [condition('resource', 'matches', null, 'actor.id')]), /needs a regular expression/)
})

test('actions and resources have to match', () => {
  const reading = policy('allow', [], { actions: ['document.*'], resources: ['document:*'] })
  assert.is(reading.evaluate(request()), 'allow')
  assert.is(reading.evaluate(request({ action: 'documents.read' })), 'undefined')
  assert.is(reading.evaluate(request({ resource: 'user:1' })), 'undefined')
})

test('any deny is a deny, else any allow an allow, else nothing is said; who said it is known', () => {
  const [allow, deny, silent] = [policy('allow'), policy('deny'), policy('allow', [], { actions: ['other'] })]
  assert.equal(decide([allow, deny], request()), { verdict: 'deny', policy: 'app:deny' })
  assert.equal(decide([silent, allow], request()), { verdict: 'allow', policy: 'app:allow' })
  assert.equal(decide([silent], request()), { verdict: 'undefined', policy: null })
  assert.equal(decide([], request()), { verdict: 'undefined', policy: null })
})

test('what holds for every resource is known without asking for each', () => {
  const some = policy('allow', [], { resources: ['a'] })
  const other = policy('deny', [], { actions: ['other'] })
  assert.is(sweeping([policy('allow'), other], 'process.send'), 'allow')
  assert.is(sweeping([policy('allow'), policy('deny')], 'process.send'), 'deny')
  assert.is(sweeping([some], 'process.send'), null)
  assert.is(sweeping([policy('allow'), policy('deny', [condition('actor.id', 'eq', 'x')])], 'process.send'), null)
  assert.is(sweeping([other], 'process.send'), 'undefined')
})

test('a policy that cannot be read denies everything', () => assert.is(Policy.broken('app:x').evaluate(request()), 'deny'))

test.run()
