// What a workflow inherits, as bytes that outlive the node.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { scopeOf } from '../../src/security/scope.ts'
import type { Context } from '../../src/service/service.ts'
import { contextFromBytes, contextToBytes } from '../../src/service/stored-start.ts'

const test = suite('stored start')

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) // without prototypes, or with

test('what bounds a process bounds its workflows, the network included', () => {
  const contexts: readonly Context[] = [
    { values: {}, operator: true },
    {
      values: { a: 1 },
      operator: false,
      actor: { id: 'me', meta: {} },
      scope: scopeOf(['app:p'], ['funcs.call:app:f']),
      overlay: 'app:net',
    },
    { values: {}, operator: false, overlay: 'app:net' },
  ]
  for (const context of contexts) {
    const { scope, ...rest } = contextFromBytes(contextToBytes(context))
    const { scope: wanted, ...other } = context
    assert.equal(plain(rest), plain(other))
    assert.equal([scope?.policies, scope?.allow], [wanted?.policies, wanted?.allow])
  }
})

test('without a network the bytes are those of former versions', () => {
  assert.is(decodeAll(contextToBytes({ values: {}, operator: true })).length, 5)
})

test('rights within those of somebody else are not kept', () => {
  const within: Context = { values: {}, operator: true }
  assert.throws(
    () => contextToBytes({ values: {}, within }),
    ({ code }: WippyError) => code === 'BUDGET_DURABLE',
  )
})

test.run()
