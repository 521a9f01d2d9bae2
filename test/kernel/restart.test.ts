import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { defaultRestart, mayRestart, restartDelay } from '../../src/kernel/restart.ts'

const test = suite('restart')
const error = (kind: Kind, retryable?: boolean) => new WippyError('X', kind, 'x', { retryable })

test('each delay is longer than the one before, up to the longest', () => {
  const delays = [1, 2, 3, 4, 7, 8, 1000, 5000].map((attempt) => restartDelay(defaultRestart, attempt, 0.5))
  assert.equal(delays, [1000, 2000, 4000, 8000, 64_000, 90_000, 90_000, 90_000])
})

test('a policy without a delay has none, however often', () => {
  const atOnce = { ...defaultRestart, initialDelayMs: 0 }
  assert.equal(
    [1, 2, 5000].map((attempt) => restartDelay(atOnce, attempt, 0.5)),
    [0, 0, 0],
  )
})

test('chance moves a delay by its share, never past the longest', () => {
  assert.equal(
    [0, 1].map((chance) => Math.round(restartDelay(defaultRestart, 1, chance))),
    [900, 1100],
  )
  assert.equal(
    [0, 1].map((chance) => Math.round(restartDelay(defaultRestart, 20, chance))),
    [81_000, 90_000],
  )
})

test('attempts are unlimited, or so many', () => {
  assert.ok(mayRestart(defaultRestart, 1e6, error(Kind.Internal)))
  const twice = { ...defaultRestart, maxAttempts: 2 }
  assert.equal(
    [0, 1, 2].map((attempts) => mayRestart(twice, attempts, error(Kind.Internal))),
    [true, true, false],
  )
})

test('what was cancelled or cannot succeed is not tried again', () => {
  assert.not(mayRestart(defaultRestart, 0, error(Kind.Canceled)))
  assert.not(mayRestart(defaultRestart, 0, error(Kind.Internal, false)))
  assert.ok(mayRestart(defaultRestart, 0, error(Kind.Internal, true)))
})

test.run()
