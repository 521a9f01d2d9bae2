import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { defaultLifecycle } from '../../src/kernel/service.ts'
import { lifecycleOf } from '../../src/service/lifecycle.ts'
import { entry } from '../registry/scratch.ts'

const test = suite('lifecycle')

const of = (lifecycle: unknown) => lifecycleOf(entry('app:s', 'process.service', { lifecycle }))

test('what is not said is as usual', () => {
  assert.equal(of(undefined), { autoStart: false, isRequired: true, lifecycle: defaultLifecycle })
})

test('times are text with a unit or milliseconds, names are of the same namespace unless they say so', () => {
  const { autoStart, isRequired, lifecycle } = of({
    auto_start: true,
    startup: 'optional',
    requires: ['a', 'other:b'],
    depends_on: ['app:a', 'c'],
    start_timeout: '5s',
    stop_timeout: 250,
    stable_threshold: '1m',
    restart: { initial_delay: '500ms', max_delay: '1h', backoff_factor: 1.5, jitter: 0, max_attempts: 3 },
  })
  assert.equal([autoStart, isRequired], [true, false])
  assert.equal(lifecycle, {
    requires: ['app:a', 'other:b', 'app:c'],
    startTimeoutMs: 5000,
    stopTimeoutMs: 250,
    stableThresholdMs: 60_000,
    restart: { initialDelayMs: 500, maxDelayMs: 3_600_000, backoffFactor: 1.5, jitter: 0, maxAttempts: 3 },
  })
})

test('what is no time or number is refused, by its name', () => {
  const message = (lifecycle: unknown): string => {
    try {
      return JSON.stringify(of(lifecycle))
    } catch (error) {
      return `${(error as WippyError).code} ${(error as WippyError).message}`
    }
  }
  assert.is(message({ stop_timeout: 'soon' }), `LIFECYCLE_INVALID lifecycle.stop_timeout of "app:s": 'soon' is not a duration`)
  assert.is(message({ restart: { max_delay: true } }), 'LIFECYCLE_INVALID lifecycle.restart.max_delay of "app:s": true is not a duration')
  assert.is(message({ startup: 'maybe' }), 'LIFECYCLE_INVALID lifecycle.startup of "app:s": this is neither required nor optional')
  assert.is(
    message({ restart: { max_attempts: -1 } }),
    'LIFECYCLE_INVALID lifecycle.restart.max_attempts of "app:s": this is no number of 0 or more',
  )
})

test.run()
