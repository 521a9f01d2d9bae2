import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import {
  defaultLifecycle,
  type Lifecycle,
  nextMove,
  type ServiceEvent,
  type ServiceStatus,
  unknownService,
} from '../../src/kernel/service.ts'

const test = suite('service')
const boom = new WippyError('BOOM', Kind.Internal, 'boom')
const final = new WippyError('BOOM', Kind.Internal, 'boom', { retryable: false })

/** State, act and timer after each event, from a fresh service; `-` where nothing changes. */
const walk = (events: readonly (ServiceEvent | ServiceEvent['kind'])[], lifecycle: Partial<Lifecycle> = {}): string[] => {
  let status: ServiceStatus = unknownService
  return events.map((given) => {
    const event = typeof given === 'string' ? ({ kind: given, error: null } as ServiceEvent) : given
    const move = nextMove({ id: 'app:x', status, lifecycle: { ...defaultLifecycle, ...lifecycle } }, event, 0.5)
    if (move === null) return '-'
    status = move.status
    return [status.state, move.act, move.timerMs].filter((part) => part !== null).join(' ')
  })
}
const failed = (error = boom): ServiceEvent => ({ kind: 'ended', error })

test('start, run, stop', () => {
  assert.equal(walk(['start', 'started', 'stop', 'ended']), ['starting start 10000', 'running', 'stopping stop 10000', 'stopped'])
})

test('a normal end is an exit, and not started again', () => {
  assert.equal(walk(['start', 'started', 'ended', 'timer']), ['starting start 10000', 'running', 'exited', '-'])
})

test('a failure is started again after growing delays', () => {
  assert.equal(walk(['start', 'started', failed(), 'timer', 'started', failed(), 'timer', failed()]).slice(2), [
    'failed 1000',
    'starting start 10000',
    'running 5000',
    'failed 2000',
    'starting start 10000',
    'failed 4000',
  ])
})

test('after running long enough earlier failures are forgotten', () => {
  assert.equal(walk(['start', failed(), 'timer', 'started', 'timer', failed()]).slice(3), ['running 5000', 'running', 'failed 1000'])
})

test('after the last attempt no timer is left', () => {
  const lifecycle = { restart: { ...defaultLifecycle.restart, maxAttempts: 1 } }
  assert.equal(walk(['start', failed(), 'timer', failed()], lifecycle).slice(1), ['failed 1000', 'starting start 10000', 'failed'])
})

test('an error that says trying again is no use is final', () => {
  assert.equal(walk(['start', 'started', failed(final)]).slice(2), ['failed'])
})

test('who does not start in time failed, and is ended', () => {
  assert.equal(walk(['start', 'timer', 'ended']).slice(1), ['failed kill 1000', '-'])
})

test('who does not stop in time is ended by force', () => {
  assert.equal(walk(['start', 'started', 'stop', 'timer', 'ended']).slice(3), ['stopped kill', '-'])
})

test('stopping a failed service ends its retries', () => {
  assert.equal(walk(['start', failed(), 'stop', 'timer']).slice(1), ['failed 1000', 'stopped', '-'])
})

test('an error while stopping is no failure', () => {
  assert.equal(walk(['start', 'started', 'stop', failed()]).slice(3), ['stopped'])
})

test('starting twice, stopping twice and late news change nothing', () => {
  assert.equal(walk(['start', 'start', 'started', 'started', 'start', 'stop', 'stop', 'start', 'started', 'ended', 'ended', 'stop']), [
    'starting start 10000',
    '-',
    'running',
    '-',
    '-',
    'stopping stop 10000',
    '-',
    '-',
    '-',
    'stopped',
    '-',
    '-',
  ])
})

test('what ended can be started again by hand, with a clean count', () => {
  assert.equal(walk(['start', failed(), 'start', failed()]).slice(1), ['failed 1000', 'starting start 10000', 'failed 1000'])
  assert.equal(walk(['start', 'ended', 'start']).slice(1), ['exited', 'starting start 10000'])
})

test.run()
