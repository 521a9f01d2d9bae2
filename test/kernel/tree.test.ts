// Behaviours that OTP documents for its `supervisor`.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import type { Pid } from '../../src/pid.ts'
import { branch, child, Nursery, pidOf, plan, states } from './nursery.ts'

const test = suite('tree')

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'ok'
  } catch (error) {
    return (error as WippyError).code
  }
}

const abc = (more: Parameters<typeof plan>[1] = {}) => plan([child('a'), child('b'), child('c')], { maxRestarts: 10, ...more })

test('children start in order, and are ended in the reverse order, each after the one before it', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc())
  assert.is(nursery.written(), '+a +b +c')
  nursery.kernel.scheduler.delivery.cancel(tree.pid, 'stop')
  nursery.kernel.run()
  assert.is(nursery.written(), '-c -b -a')
  assert.is(nursery.alive, 0)
  assert.match(nursery.kernel.notes.ended_.at(-1) ?? '', /ok$/)
})

test('a child that does not end when asked is waited for, then killed, and only then the next is asked', () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a'), child('b', { program: { deaf: true }, shutdown: 300 })]))
  nursery.kernel.scheduler.delivery.cancel(tree.pid, 'stop')
  nursery.kernel.run()
  nursery.pass(299)
  assert.is(nursery.written(), '+a +b')
  nursery.pass(1)
  assert.is(nursery.written(), '-b -a')
  assert.is(nursery.timers.waits.length, 0)
})

test('brutal_kill does not ask; infinity waits', () => {
  const nursery = new Nursery()
  const deaf = { program: { deaf: true } }
  const tree = nursery.start(
    plan([child('a', { ...deaf, shutdown: Number.POSITIVE_INFINITY }), child('b', { ...deaf, shutdown: 'brutal_kill' })]),
  )
  nursery.kernel.scheduler.delivery.cancel(tree.pid, 'stop')
  nursery.kernel.run()
  nursery.pass(1e9)
  assert.is(nursery.written(), '+a +b -b')
  nursery.kill(pidOf(tree, 'a'))
  assert.is(nursery.alive, 0)
})

test('one_for_one: only the child that ended is started again', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc())
  nursery.written()
  nursery.kill(pidOf(tree, 'b'))
  assert.is(nursery.written(), '-b +b')
  assert.equal(
    tree.children().map(({ restarts }) => restarts),
    [0, 1, 0],
  )
})

test('one_for_all: all others are ended, then all are started', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc({ strategy: 'one_for_all' }))
  nursery.written()
  nursery.kill(pidOf(tree, 'b'))
  assert.is(nursery.written(), '-b -c -a +a +b +c')
})

test('rest_for_one: those that were started after it are ended, then it and they are started', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc({ strategy: 'rest_for_one' }))
  nursery.written()
  nursery.kill(pidOf(tree, 'b'))
  assert.is(nursery.written(), '-b -c +b +c')
})

for (const { restart, how, again } of [
  { restart: 'permanent', how: 'well', again: true },
  { restart: 'permanent', how: 'error', again: true },
  { restart: 'permanent', how: 'C', again: true },
  { restart: 'transient', how: 'well', again: false },
  { restart: 'transient', how: 'C', again: false },
  { restart: 'transient', how: 'error', again: true },
  { restart: 'temporary', how: 'well', again: false },
  { restart: 'temporary', how: 'error', again: false },
] as const) {
  test(`a ${restart} child that ends ${how} is ${again ? '' : 'not '}started again`, () => {
    const nursery = new Nursery()
    const tree = nursery.start(plan([child('a', { restart })]))
    nursery.end(pidOf(tree, 'a'), how)
    assert.is(nursery.written(), again ? '+a -a +a' : '+a -a')
    assert.is(states(tree), again ? 'a:running' : restart === 'temporary' ? '' : 'a:stopped')
  })
}

test('a temporary child that is ended with its siblings is gone; a transient one that had ended is started', () => {
  const nursery = new Nursery()
  const children = [child('a'), child('b', { restart: 'transient' }), child('c', { restart: 'temporary' })]
  const tree = nursery.start(plan(children, { strategy: 'one_for_all' }))
  nursery.end(pidOf(tree, 'b'), 'well')
  assert.is(states(tree), 'a:running b:stopped c:running')
  nursery.kill(pidOf(tree, 'a'))
  assert.is(states(tree), 'a:running b:running')
})

test('as many restarts as allowed within the time, and one more ends the supervisor, its children first', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc({ maxRestarts: 2, withinMs: 1000 }))
  nursery.kill(pidOf(tree, 'a'))
  nursery.pass(500)
  nursery.kill(pidOf(tree, 'b'))
  nursery.pass(501) // the first one does not count any more
  nursery.kill(pidOf(tree, 'a'))
  assert.ok(nursery.isAlive(tree))
  assert.is(tree.restarts, 3)
  nursery.written()
  nursery.kill(pidOf(tree, 'b'))
  assert.is(nursery.written(), '-b -c -a')
  assert.is(nursery.alive, 0)
  assert.match(nursery.kernel.notes.ended_.at(-1) ?? '', /SUPERVISOR_INTENSITY/)
  assert.is(tree.restarts, 3)
})

test('with no restart allowed the first end is one too many', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc({ maxRestarts: 0 }))
  nursery.end(pidOf(tree, 'a'), 'well')
  assert.is(nursery.alive, 0)
})

test('a supervisor that gives up is a child that failed: its parent counts it and starts it again, whole', () => {
  const nursery = new Nursery()
  const inner = plan([child('x'), child('y')], { maxRestarts: 1 })
  const tree = nursery.start(plan([branch('sub', inner, { restart: 'transient' }), child('z')], { maxRestarts: 1 }))
  const sub = (): ReturnType<typeof nursery.start> => nursery.trees.get(pidOf(tree, 'sub'))!
  nursery.kill(pidOf(sub(), 'x'))
  const first = sub()
  nursery.kill(pidOf(sub(), 'x'))
  assert.is.not(sub(), first)
  assert.is(states(sub()), 'x:running y:running')
  assert.is(tree.restarts, 1)
  nursery.kill(pidOf(sub(), 'x'))
  nursery.kill(pidOf(sub(), 'x'))
  assert.is(nursery.alive, 0, 'the second time the parent gives up too')
})

test('a supervisor that is killed leaves nobody behind, and is started again', () => {
  const nursery = new Nursery()
  const inner = plan([child('x'), branch('deep', plan([child('y')]))])
  const tree = nursery.start(plan([branch('sub', inner)]))
  assert.is(nursery.alive, 5)
  nursery.written()
  nursery.kill(pidOf(tree, 'sub'))
  assert.is(nursery.written().split(' ').sort().join(' '), '+deep +sub +x +y -deep -sub -x -y')
  assert.is(nursery.alive, 5)
})

test('when a child cannot be started, those before it are taken back before they have run, and the supervisor fails', () => {
  const nursery = new Nursery()
  let failed: WippyError | null = null
  const children = [child('a'), branch('sub', plan([child('x'), child('y', { program: { broken: ['NO_HOST'] } })]))]
  try {
    nursery.start(plan(children))
  } catch (error) {
    failed = error as WippyError
  }
  assert.is(failed?.code, 'CHILD_NOT_STARTED')
  assert.is(failed?.message, 'child sub could not be started: child y could not be started: cannot be started')
  nursery.kernel.run()
  assert.is(nursery.alive, 0)
})

test('a restart that cannot be carried out is tried again, and every try counts', () => {
  const nursery = new Nursery()
  const broken: string[] = []
  const tree = nursery.start(plan([child('a', { program: { broken } })], { maxRestarts: 3 }))
  broken.push('NO', 'NO')
  nursery.kill(pidOf(tree, 'a'))
  assert.is(states(tree), 'a:restarting')
  nursery.pass(0)
  assert.is(states(tree), 'a:running')
  assert.is(tree.restarts, 3)
  broken.push('NO', 'NO', 'NO')
  nursery.kill(pidOf(tree, 'a'))
  nursery.pass(0)
  assert.not(nursery.isAlive(tree))
})

test('rest_for_one goes on where a start failed', () => {
  const nursery = new Nursery()
  const broken: string[] = []
  const children = [child('a'), child('b'), child('c', { program: { broken } }), child('d')]
  const tree = nursery.start(plan(children, { strategy: 'rest_for_one', maxRestarts: 5 }))
  nursery.written()
  broken.push('NO')
  nursery.kill(pidOf(tree, 'b'))
  assert.is(states(tree), 'a:running b:running c:restarting d:stopped')
  nursery.pass(0)
  assert.is(nursery.written(), '-b -d -c +b +c +d')
  assert.is(states(tree), 'a:running b:running c:running d:running')
})

test('an end that comes while siblings are ended is heard afterwards, and only if it still means something', () => {
  const nursery = new Nursery()
  const children = [child('a'), child('b'), child('c', { program: { deaf: true }, shutdown: 100 })]
  const tree = nursery.start(plan(children, { strategy: 'rest_for_one', maxRestarts: 5 }))
  nursery.written()
  nursery.kill(pidOf(tree, 'b')) // c does not end, so this takes a while
  nursery.kill(pidOf(tree, 'a'))
  assert.is(nursery.written(), '-b -a')
  nursery.pass(100)
  nursery.pass(100)
  assert.is(nursery.written(), '-c +b +c -c -b +a +b +c')
  assert.is(tree.restarts, 2)
})

test('any_significant: the supervisor ends well with the first significant child that ends for good', () => {
  const nursery = new Nursery()
  const significant = { restart: 'transient', significant: true } as const
  const tree = nursery.start(plan([child('a', significant), child('b', significant), child('c')], { autoShutdown: 'any_significant' }))
  nursery.end(pidOf(tree, 'b'), 'error') // transient: it is started again
  assert.ok(nursery.isAlive(tree))
  nursery.written()
  nursery.end(pidOf(tree, 'b'), 'well')
  assert.is(nursery.written(), '-b -c -a')
  assert.match(nursery.kernel.notes.ended_.at(-1) ?? '', /ok$/)
})

test('all_significant: the supervisor ends with the last of them', () => {
  const nursery = new Nursery()
  const significant = { restart: 'temporary', significant: true } as const
  const tree = nursery.start(plan([child('a', significant), child('b', significant), child('c')], { autoShutdown: 'all_significant' }))
  nursery.end(pidOf(tree, 'a'), 'error')
  assert.ok(nursery.isAlive(tree))
  nursery.end(pidOf(tree, 'b'), 'well')
  assert.not(nursery.isAlive(tree))
})

test('all_significant: one that is about to be started again counts', () => {
  const nursery = new Nursery()
  const again = child('a', { restart: 'transient', significant: true, program: { broken: [] } })
  const once = child('b', { restart: 'temporary', significant: true })
  const tree = nursery.start(plan([again, once], { autoShutdown: 'all_significant', maxRestarts: 10 }))
  again.program.broken!.push('NOT_NOW')
  nursery.end(pidOf(tree, 'a'), 'error')
  assert.is(states(tree), 'a:restarting b:running')
  nursery.end(pidOf(tree, 'b'), 'well')
  assert.ok(nursery.isAlive(tree))
  nursery.pass(0)
  nursery.end(pidOf(tree, 'a'), 'well')
  assert.not(nursery.isAlive(tree))
})

test('a significant child that was terminated on request ends nobody', async () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a', { restart: 'transient', significant: true })], { autoShutdown: 'any_significant' }))
  const done = tree.terminateChild('a')
  nursery.kernel.run()
  await done
  assert.ok(nursery.isAlive(tree))
})

test('what a plan cannot be', () => {
  const refused = (wanted: Parameters<Nursery['start']>[0]): string => {
    const nursery = new Nursery()
    try {
      nursery.start(wanted)
      return 'ok'
    } catch (error) {
      assert.is(nursery.alive, 0)
      return (error as WippyError).code
    }
  }
  assert.is(refused(plan([child('a'), child('a')])), 'SUPERVISOR_INVALID')
  assert.is(refused(plan([child('a', { significant: true })], { autoShutdown: 'any_significant' })), 'SUPERVISOR_INVALID')
  assert.is(refused(plan([child('a', { significant: true, restart: 'transient' })])), 'SUPERVISOR_INVALID')
  assert.is(refused(plan([child('a'), child('b')], { strategy: 'simple_one_for_one' })), 'SUPERVISOR_INVALID')
  assert.is(refused(plan([child('a'), child('b')], { maxChildren: 1 })), 'SUPERVISOR_FULL')
})

test('children come and go by request', async () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a')], { maxChildren: 3 }))
  const b = await tree.startChild(child('b'))
  assert.is(b, pidOf(tree, 'b'))
  assert.is(await codeOf(tree.startChild(child('b'))), 'CHILD_KNOWN')
  assert.is(await codeOf(tree.restartChild('b')), 'CHILD_RUNNING')
  assert.is(await codeOf(tree.deleteChild('b')), 'CHILD_RUNNING')
  const gone = tree.terminateChild('b')
  nursery.kernel.run()
  await gone
  assert.is(states(tree), 'a:running b:stopped')
  assert.is(await codeOf(tree.terminateChild('b')), 'ok')
  assert.is(await codeOf(tree.startChild(child('b'))), 'CHILD_KNOWN')
  assert.is.not(await tree.restartChild('b'), b)
  const again = tree.terminateChild('b')
  nursery.kernel.run()
  await again
  await tree.deleteChild('b')
  for (const asked of [tree.terminateChild('b'), tree.deleteChild('b'), tree.restartChild('b')]) {
    assert.is(await codeOf(asked), 'CHILD_NOT_FOUND')
  }
  assert.is(await codeOf(tree.startChild(child('x', { program: { broken: ['NO'] } }))), 'CHILD_NOT_STARTED')
  assert.equal(tree.counts, { specs: 1, active: 1, supervisors: 0, workers: 1 })
  await tree.startChild(branch('sub', plan([])))
  await tree.startChild(child('c', { restart: 'temporary' }))
  assert.is(await codeOf(tree.startChild(child('d'))), 'SUPERVISOR_FULL')
  assert.equal(tree.counts, { specs: 3, active: 3, supervisors: 1, workers: 2 })
  const temporary = tree.terminateChild('c')
  nursery.kernel.run()
  await temporary
  assert.is(states(tree), 'a:running sub:running')
})

test('simple_one_for_one: one pattern, children known by their pids', async () => {
  const nursery = new Nursery()
  const pattern = child('call', { restart: 'transient' })
  const tree = nursery.start(plan([pattern], { strategy: 'simple_one_for_one', maxRestarts: 5 }))
  assert.is(nursery.alive, 1)
  const pids: Pid[] = []
  for (let i = 0; i < 3; i++) pids.push(await tree.startChild(pattern))
  nursery.kernel.run()
  assert.equal(tree.counts, { specs: 1, active: 3, supervisors: 0, workers: 3 })
  nursery.end(pids[0]!, 'well')
  nursery.kill(pids[1]!)
  assert.equal(tree.counts, { specs: 1, active: 2, supervisors: 0, workers: 2 })
  assert.is(await codeOf(tree.terminateChild('call')), 'CHILD_NOT_FOUND')
  assert.is(await codeOf(tree.restartChild('call')), 'SUPERVISOR_INVALID')
  assert.is(await codeOf(tree.deleteChild('call')), 'SUPERVISOR_INVALID')
  const done = tree.terminateChild(pids[2]!)
  nursery.kernel.run()
  await done
  assert.equal(tree.counts, { specs: 1, active: 1, supervisors: 0, workers: 1 })
})

test('simple_one_for_one asks all its children to end at once', async () => {
  const nursery = new Nursery()
  const pattern = child('deaf', { program: { deaf: true }, shutdown: 100 })
  const tree = nursery.start(plan([pattern], { strategy: 'simple_one_for_one' }))
  for (let i = 0; i < 1000; i++) await tree.startChild(pattern)
  nursery.kernel.scheduler.delivery.cancel(tree.pid, 'stop')
  nursery.kernel.run()
  assert.is(nursery.timers.waits.length, 1000)
  nursery.pass(100)
  assert.is(nursery.alive, 0)
})

test('ten thousand children end without a stack', async () => {
  const nursery = new Nursery()
  const kids = Array.from({ length: 10_000 }, (_, i) => child(`k${i}`, { shutdown: 'brutal_kill' }))
  const tree = nursery.start(plan(kids))
  nursery.kernel.scheduler.delivery.cancel(tree.pid, 'stop')
  nursery.kernel.run()
  assert.is(nursery.alive, 0)
})

test('a request that waits when the supervisor ends is refused', async () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a', { program: { deaf: true }, shutdown: 100 })]))
  const first = tree.terminateChild('a')
  const second = tree.startChild(child('b'))
  nursery.kill(tree.pid)
  assert.is(await codeOf(second), 'SUPERVISOR_ENDING')
  assert.is(await codeOf(first), 'ok')
  assert.is(await codeOf(tree.startChild(child('c'))), 'SUPERVISOR_ENDING')
  assert.is(nursery.alive, 0)
})

test('another plan: policies hold at once, changed programs run anew, others are not interrupted', async () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a'), child('b'), child('c')]))
  await tree.startChild(child('extra'))
  const a = pidOf(tree, 'a')
  nursery.written()
  const next = [child('d'), child('a', { restart: 'temporary' }), child('b', { program: { version: 2 } })]
  const adopted = tree.adopt(plan(next, { strategy: 'one_for_all', maxRestarts: 7 }))
  nursery.kernel.run()
  await adopted
  assert.is(nursery.written(), '-c -b +d +b')
  assert.is(states(tree), 'd:running a:running b:running extra:running')
  assert.is(pidOf(tree, 'a'), a)
  nursery.kill(pidOf(tree, 'd'))
  assert.is(states(tree), 'd:running b:running extra:running', 'the new strategy, and a is temporary now')
})

test('a plan that takes up the id of a child started by request has that one ended', async () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a')]))
  await tree.startChild(child('b'))
  nursery.written()
  const adopted = tree.adopt(plan([child('a'), child('b')]))
  nursery.kernel.run()
  await adopted
  assert.is(nursery.written(), '-b +b')
  assert.is(states(tree), 'a:running b:running')
})

test('messages to a supervisor and the failure of one it is linked to change nothing', () => {
  const nursery = new Nursery()
  const tree = nursery.start(abc())
  const other = nursery.kernel.spawn()
  nursery.kernel.scheduler.link(other.pid, tree.pid)
  nursery.kernel.scheduler.delivery.message('', tree.pid, 'hello', new Uint8Array())
  nursery.kill(other.pid)
  assert.is(states(tree), 'a:running b:running c:running')
})

test('of the children that a new plan brings, one that cannot be started keeps no other from its start', async () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a')], { maxRestarts: 10 }))
  nursery.written()
  await tree.adopt(plan([child('a'), child('b', { program: { broken: ['NOT_NOW'] } }), child('c')], { maxRestarts: 10 }))
  nursery.pass(0)
  nursery.kernel.run()
  assert.is(states(tree), 'a:running b:running c:running')
})

test('no child is left of a supervisor that is killed while it ends those that a new plan has no more', () => {
  const nursery = new Nursery()
  const tree = nursery.start(plan([child('a'), child('b', { program: { deaf: true }, shutdown: Number.POSITIVE_INFINITY })]))
  const adopted = tree.adopt(plan([child('a')]))
  nursery.kernel.run()
  nursery.kill(tree.pid)
  assert.is(nursery.alive, 0)
  return adopted
})

test.run()
