// Context values, from the host to Lua.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ctxService } from '../../src/service/ctx.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'
import { guest } from '../support/guest.ts'

const test = suite('ctx')
const caller = () => fakeCaller({ context: { values: { user: 7, flags: { admin: true }, empty: null } } })

test('the host gives all values of the context', async () => {
  const [all] = await values(ask(ctxService(), caller(), 'ctx.all'))
  assert.is((all as Record<string, unknown>).user, 7)
})

test('get finds a value, says NotFound for another and Invalid for an empty key', async () => {
  const { run } = await guest([ctxService()], caller())
  assert.is(await run(`return require('ctx').get('user')`), 7)
  assert.is(
    await run(`local v, err = require('ctx').get('nobody') return tostring(v) .. err:kind() .. tostring(err:retryable())`),
    'nilNotFoundfalse',
  )
  assert.is(await run(`local _, err = require('ctx').get('') return err:kind()`), 'Invalid')
  assert.is(await run(`return pcall(require('ctx').get)`), false)
})

test('what is done to a table that came out stays outside', async () => {
  const { run } = await guest([ctxService()], caller())
  assert.is(
    await run(
      `local ctx = require('ctx') ctx.get('flags').admin = false ctx.all().user = 8 return tostring(ctx.get('flags').admin) .. ctx.get('user')`,
    ),
    'true7',
  )
})

test('the host is asked once per process, and again when the memory runs another', async () => {
  const { run, asked } = await guest([ctxService()], caller())
  await run(`local ctx = require('ctx') ctx.get('user') ctx.get('flags') ctx.all()`)
  assert.is(asked.length, 1)
  await run(`become('{app:processes|0x00002}') require('ctx').get('user')`)
  assert.is(asked.length, 2)
})

test('no values are an empty table', async () => {
  const { run } = await guest([ctxService()])
  assert.is(await run(`return next(require('ctx').all()) == nil`), true)
})

test.run()
