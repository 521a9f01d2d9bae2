import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { mayRetry, type Retry, retryDelay, retryOf } from '../../src/service/retry.ts'
import { entry } from '../registry/scratch.ts'

const test = suite('retry')

const plain = entry('app:f', 'function.lua')
const defaults: Retry = { attempts: 3, initialMs: 100, maxMs: 10_000, factor: 2, jitter: 0.1, only: [], never: [] }
const error = (kind: Kind, retryable?: boolean): WippyError => new WippyError('X', kind, 'x', { retryable })

test('the caller says it before the function does', () => {
  const declared = entry('app:f', 'function.lua', {}, { options: { retry: { max_attempts: 2 } } })
  assert.is(retryOf(plain, false), null)
  assert.is(retryOf(plain, { options: {} }), null)
  assert.is(retryOf(declared, false)?.attempts, 2)
  assert.is(retryOf(declared, { options: { retry: { max_attempts: 5 } } })?.attempts, 5)
  assert.equal(retryOf(plain, { options: { retry: { max_attempts: 3 } } }), defaults)
})

test('pauses are milliseconds, or text with a unit', () => {
  const retry = retryOf(plain, { options: { retry: { max_attempts: 3, initial_delay: 50, max_delay: '2s' } } })!
  assert.equal([retry.initialMs, retry.maxMs], [50, 2000])
  assert.throws(
    () => retryOf(plain, { options: { retry: { initial_delay: 'soon' } } }),
    ({ code }: WippyError) => code === 'DURATION_INVALID',
  )
})

test('pauses grow, up to the longest, and chance moves them by its share', () => {
  assert.equal(
    [1, 2, 3, 20].map((attempt) => retryDelay(defaults, attempt, 0.5)),
    [100, 200, 400, 10_000],
  )
  assert.equal(
    [0, 1].map((chance) => Math.round(retryDelay(defaults, 1, chance))),
    [90, 110],
  )
})

test('what says that it is no use, was canceled or took too long is not tried again', () => {
  assert.ok(mayRetry(defaults, 1, error(Kind.Internal)))
  assert.ok(mayRetry(defaults, 2, error(Kind.Unknown, true)))
  assert.not(mayRetry(defaults, 3, error(Kind.Internal)))
  assert.not(mayRetry(defaults, 1, error(Kind.Internal, false)))
  assert.not(mayRetry(defaults, 1, error(Kind.Canceled)))
  assert.not(mayRetry(defaults, 1, error(Kind.Timeout)))
  assert.not(mayRetry({ ...defaults, never: [Kind.Conflict] }, 1, error(Kind.Conflict)))
  assert.ok(mayRetry({ ...defaults, only: [Kind.Conflict] }, 1, error(Kind.Conflict)))
  assert.not(mayRetry({ ...defaults, only: [Kind.Conflict] }, 1, error(Kind.Internal)))
})

test.run()
