import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { jsonService } from '../../src/service/json.ts'
import { ask, fakeCaller } from '../support/caller.ts'

const test = suite('json')
const service = jsonService(500)

const validate = async (schema: unknown, data: unknown, loose = false) =>
  ask(service, fakeCaller(), 'json.validate', '', [text(schema), text(data), loose])
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const refusal = async (schema: unknown, data: unknown, loose = false): Promise<WippyError> => {
  try {
    await validate(schema, data, loose)
  } catch (error) {
    return error as WippyError
  }
  throw new Error('was valid')
}

const person = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } }, required: ['name'] }

test('what fits is valid', async () => {
  assert.equal(await validate(person, { name: 'Ada', age: 36 }), [true])
  assert.equal(await validate(true, 1), [true])
})

test('a refusal names the place and the reason', async () => {
  const error = await refusal(person, { name: 'Ada', age: -1 })
  assert.equal([error.code, error.kind, error.retryable], ['JSON_NOT_VALID', 'Invalid', false])
  assert.equal(error.details, { path: '#/age', keyword: 'minimum' })
  assert.match(error.message, /#\/age/)
})

test('schemas that make no sense are Invalid', async () => {
  for (const schema of ['{', '1', 'null', '"x"', { $ref: '#/nowhere' }, { pattern: '(' }, { $ref: '#' }]) {
    assert.is((await refusal(schema, '"x"')).kind, 'Invalid')
  }
})

test('the draft is 2020-12 unless the schema says otherwise', async () => {
  const tuple = { items: [{ type: 'string' }], additionalItems: false }
  assert.equal(await validate({ prefixItems: [{ type: 'string' }], items: false }, ['a']), [true])
  await refusal({ prefixItems: [{ type: 'string' }], items: false }, ['a', 1])
  await refusal({ $schema: 'http://json-schema.org/draft-07/schema#', ...tuple }, ['a', 1])
})

test('names of Object.prototype are keys like any other', async () => {
  await refusal({ required: ['constructor'] }, {})
  await refusal({ required: ['toString'] }, {})
  assert.equal(await validate({ properties: { constructor: { type: 'string' } } }, {}), [true])
  await refusal({ properties: { constructor: { type: 'string' } } }, '{"constructor":1}')
  await refusal({ additionalProperties: false }, '{"__proto__":1}')
})

test('loose: an empty object may be an empty list', async () => {
  const lists = { properties: { tags: { type: 'array' } } }
  assert.equal(await validate(lists, { tags: {} }, true), [true])
  await refusal(lists, { tags: {} })
  await refusal(lists, { tags: { a: 1 } }, true)
})

test('a pattern that would run for ever is stopped', async () => {
  const error = await refusal({ pattern: '^(a+)+$' }, JSON.stringify(`${'a'.repeat(60)}!`))
  assert.is(error.code, 'JSON_TOO_SLOW')
  assert.is((await refusal('{"\\u0070attern":"^(a+)+$"}', JSON.stringify(`${'a'.repeat(60)}!`))).code, 'JSON_TOO_SLOW')
})

test('references that multiply are stopped', async () => {
  const $defs: Record<string, unknown> = { d0: { type: 'number' } }
  for (let n = 1; n < 40; n++) $defs[`d${n}`] = { allOf: [{ $ref: `#/$defs/d${n - 1}` }, { $ref: `#/$defs/d${n - 1}` }] }
  assert.is((await refusal({ $defs, $ref: '#/$defs/d39' }, 1)).code, 'JSON_TOO_SLOW')
})

test('a value that is too deep is refused, not a crash', async () => {
  const depth = 200_000
  assert.is((await refusal({ items: false }, '['.repeat(depth) + ']'.repeat(depth))).kind, 'Invalid')
})

test('more schemas than are kept still answer', async () => {
  for (let n = 0; n < 250; n++) assert.equal(await validate({ minimum: n }, n), [true])
  await refusal({ minimum: 1 }, 0)
})

test('bytes that are no text are refused', async () => {
  assert.throws(
    () => ask(service, fakeCaller(), 'json.validate', '', ['{}', new Uint8Array([0xff]), false]),
    (error: WippyError) => error.kind === 'Invalid',
  )
})

test.run()
