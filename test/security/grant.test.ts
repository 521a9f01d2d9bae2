import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { grantsOf, policyOfGrant, unknownActions } from '../../src/security/grant.ts'

const test = suite('grants')

const allows = (grant: string, action: string, resource: string): boolean =>
  policyOfGrant(grant).evaluate({ actor: null, action, resource, meta: {} }) === 'allow'

test('an action of the app itself stands in quotes, and brings no module', () => {
  const own = ['"shop.refund":order:*', '"refund"', '"shop.*":order:1']
  assert.equal(grantsOf([...own, 'json']), { modules: ['json'], allow: own })
  assert.equal(unknownActions([...own, 'shop.refund:order:*', 'registry.*']), ['shop.refund'])
  assert.ok(allows('"shop.refund":order:*', 'shop.refund', 'order:1'))
  assert.not(allows('"shop.refund":order:*', 'shop.refund', 'invoice:1'))
  assert.not(allows('"shop.refund":order:*', 'shop.cancel', 'order:1'))
  assert.ok(allows('"refund"', 'refund', 'anything'))
  assert.ok(allows('"shop.*":order:1', 'shop.cancel', 'order:1'))
})

test('quotes that do not end are no grant', () => {
  for (const text of ['"shop.refund:order:1', 'shop.refund":x', '""', '"":x']) assert.throws(() => grantsOf([text]), /is no grant/)
})

test.run()
