import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Flight } from '../../src/service/flight.ts'

const test = suite('flight')

test('it waits for what was begun', async () => {
  const flight = new Flight()
  let done = () => {}
  const waited = flight.wait((end) => {
    done = end
    return () => assert.unreachable()
  })
  done()
  assert.is(await waited, true)
  assert.is(
    await flight.wait((end) => {
      end()
      return () => assert.unreachable()
    }),
    true,
  )
  flight.stop()
})

test('when it is stopped, what it waits for is given up, and nothing new is begun', async () => {
  const flight = new Flight()
  let given = 0
  const waited = flight.wait(() => () => given++)
  flight.stop()
  flight.stop()
  assert.is(await waited, false)
  assert.is(given, 1)
  assert.is(await flight.wait(() => assert.unreachable() as never), false)
  assert.ok(flight.isStopped)
})

test('what cannot be begun fails the wait', async () => {
  const flight = new Flight()
  const failed = await flight
    .wait(() => {
      throw new Error('no')
    })
    .catch((error) => error.message)
  assert.is(failed, 'no')
})

test.run()
