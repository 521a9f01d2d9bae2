import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { START } from '../../src/kernel/frame.ts'
import { ProcessService } from '../../src/kernel/process-service.ts'
import { Supervisor } from '../../src/kernel/supervisor.ts'
import type { Pid } from '../../src/pid.ts'
import { ManualTimers } from '../support/manual-timers.ts'
import { TestKernel } from '../support/test-kernel.ts'
import { bytes, type TsStep } from '../support/ts-body.ts'

const test = suite('process service')
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A supervisor with one service `it`, whose process does `step`. */
const supervised = (step: TsStep, spawned: (pid: Pid) => Pid | Promise<Pid> = (pid) => pid) => {
  const kernel = new TestKernel()
  const timers = new ManualTimers()
  const supervisor = new Supervisor({ setTimer: timers.setTimer, random: () => 0.5 })
  const errorOf = () => new WippyError('BOOM', Kind.Internal, 'boom')
  supervisor.add('it', new ProcessService(kernel.scheduler, (onExit) => spawned(kernel.spawn(step, { onExit }).pid), errorOf))
  const pids = () => [...kernel.scheduler.processes].map(({ pid }) => pid)
  return { kernel, timers, supervisor, pids }
}

test('a process that fails is spawned again, one that returns is not', async () => {
  let runs = 0
  const { kernel, timers, supervisor } = supervised((_inbox, out) => out.exit('', ++runs > 1))
  await supervisor.start('it')
  kernel.run()
  assert.is(supervisor.status('it').state, 'failed')
  timers.pass(1000)
  await settle()
  kernel.run()
  assert.is(supervisor.status('it').state, 'exited')
  assert.is(runs, 2)
})

test('a stop is a cancel with a reason, and waits for the process', async () => {
  const seen: string[] = []
  const { kernel, supervisor } = supervised((inbox, out) => {
    if (inbox[0]?.kind === START) return undefined
    seen.push(`${inbox[0]?.topic} ${inbox[0]?.payload}`)
    return out.exit('')
  })
  await supervisor.start('it')
  kernel.run()
  const stopped = supervisor.stop('it')
  assert.is(supervisor.status('it').state, 'stopping')
  kernel.run()
  assert.is((await stopped).state, 'stopped')
  assert.match(seen[0] ?? '', /pid\.cancel .*service stopping/)
})

test('a process that ignores the cancel is terminated', async () => {
  const { kernel, timers, supervisor, pids } = supervised(() => undefined)
  await supervisor.start('it')
  kernel.run()
  const stopped = supervisor.stop('it')
  kernel.run()
  timers.pass(10_000)
  await stopped
  assert.equal(pids(), [])
})

test('a process terminated by somebody else is spawned again', async () => {
  const { kernel, timers, supervisor, pids } = supervised(() => undefined)
  await supervisor.start('it')
  kernel.scheduler.terminate(pids()[0]!)
  timers.pass(1000)
  await settle()
  assert.is(supervisor.status('it').state, 'running')
  assert.equal(pids(), ['{app:processes|0x00002}'])
})

test('a spawn that takes too long leaves no process behind', async () => {
  let arrive: () => void = () => {}
  const { timers, supervisor, pids } = supervised(
    () => undefined,
    (pid) => new Promise((resolve) => (arrive = () => resolve(pid))),
  )
  const started = supervisor.start('it')
  timers.pass(10_000)
  assert.is((await started).state, 'failed')
  arrive()
  await settle()
  assert.equal(pids(), [])
})

test('a process stopped while it is spawned is cancelled when it is there', async () => {
  let arrive: () => void = () => {}
  const { kernel, supervisor, pids } = supervised(
    (inbox, out) => (inbox.some(({ topic }) => topic === 'pid.cancel') ? out.exit('') : undefined),
    (pid) => new Promise((resolve) => (arrive = () => resolve(pid))),
  )
  void supervisor.start('it')
  const stopped = supervisor.stop('it')
  arrive()
  await settle()
  kernel.run()
  assert.is((await stopped).state, 'stopped')
  assert.equal(pids(), [])
})

test('messages still reach a process that is asked to stop', async () => {
  const seen: string[] = []
  const { kernel, supervisor, pids } = supervised((inbox) => void seen.push(...inbox.map(({ topic }) => topic)))
  await supervisor.start('it')
  void supervisor.stop('it')
  kernel.scheduler.delivery.message('', pids()[0]!, 'last', bytes(''))
  kernel.run()
  assert.equal(seen, ['app:test', 'pid.cancel', 'last'])
})

test.run()
