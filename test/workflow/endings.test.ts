// Who waits for the end of a workflow: told once it has ended, and forgotten then.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { Endings } from '../../src/workflow/endings.ts'
import type { Head } from '../../src/workflow/engine.ts'
import { failure } from '../support/app.ts'

const test = suite('endings')

const away = new WippyError('AWAY', Kind.Unavailable, 'the database is away', { retryable: true })

/** Endings that read what the test puts there. */
const endings = () => {
  const stored: { head: Partial<Head> | null | WippyError } = { head: { status: 'running' } }
  const head = async (): Promise<Head | null> => {
    if (stored.head instanceof WippyError) throw stored.head
    return stored.head as Head | null
  }
  return { stored, endings: new Endings({ head }) }
}

test('nothing is kept of who was told, or need not wait', async () => {
  const { stored, endings: all } = endings()
  const first = all.of('w')
  const second = all.of('w')
  await null
  assert.is(all.size, 1)
  stored.head = { status: 'completed' }
  all.tell('w')
  assert.equal([(await first).status, (await second).status, (await all.of('w')).status], ['completed', 'completed', 'completed'])
  stored.head = { status: 'running' }
  const giving = new AbortController()
  const third = failure(all.of('w', giving.signal))
  await null
  all.look()
  giving.abort(new Error('nobody waits'))
  assert.is((await third).message, 'nobody waits')
  assert.is(all.size, 0)
  stored.head = null
  assert.is((await failure(all.of('gone'))).code, 'WORKFLOW_NOT_FOUND')
  assert.is(all.size, 0)
})

test('an end that cannot be read for a while is none: it is looked for again', async () => {
  const { stored, endings: all } = endings()
  stored.head = away
  const end = all.of('w')
  await null
  stored.head = { status: 'failed' }
  all.look()
  assert.is((await end).status, 'failed')
  stored.head = new WippyError('BROKEN', Kind.Internal, 'it cannot be read', { retryable: false })
  assert.is((await failure(all.of('w'))).code, 'BROKEN')
})

test.run()
