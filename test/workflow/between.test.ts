// What happens to a workflow between two moments that look like one: while a record is on its way, while mail is being read.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { withApp } from '../support/app.ts'
import { ended, HOST, send, spawn, workflow } from './app.ts'

/** What it hears first. */
const HEARD = `
  local heard = channel.select{ process.events():case_receive(), process.inbox():case_receive() }.value
  return heard.kind or heard:topic()`

const test = suite('between')

test('what a workflow may not do to another one is not done: it is neither written to, nor cancelled', () =>
  withApp({ ...HOST, receiver: workflow(`return process.inbox():receive():topic()`), canceled: workflow(HEARD) }, async (app) => {
    const sender = workflow(`
      local _, sent = process.send('{app:workflows|r}', 'forbidden')
      local _, reserved = process.send('{app:workflows|r}', '@forbidden')
      local _, canceled = process.cancel('{app:workflows|c}', 'enough')
      return { sent:kind(), reserved:kind(), canceled:kind() }`)
    await app.make('app:sender', sender)
    await spawn(app, 'receiver', 'r')
    await spawn(app, 'canceled', 'c')
    await spawn(app, 'sender', 's')
    assert.equal((await ended(app, 's')).value, ['PermissionDenied', 'Invalid', 'PermissionDenied'])
    for (const id of ['r', 'c']) {
      assert.equal(await workflowsOf(app.node.parts).engine.mail(id, 0, 10), [])
      await send(app, id, 'allowed', '1')
      assert.is((await ended(app, id)).value, 'allowed')
    }
  }))

test.run()
