import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { Links, MOST_WATCHED } from '../../src/kernel/links.ts'
import type { Pid } from '../../src/pid.ts'
import { TestKernel } from '../support/test-kernel.ts'

const test = suite('links')
const [a, b, c] = ['a', 'b', 'c'] as Pid[] as [Pid, Pid, Pid]

test('a link is mutual, a monitor points one way', () => {
  const links = new Links()
  links.link(a, b)
  links.monitor(a, c)
  assert.equal([[...links.peersOf(a)], [...links.peersOf(b)]], [[b], [a]])
  assert.equal([[...links.watchersOf(c)], [...links.watchersOf(a)]], [[a], []])
})

test('an end concerns watchers and peers, once', () => {
  const links = new Links()
  links.link(a, b)
  links.monitor(c, a)
  const { watchers, peers } = links.sever(a)
  assert.equal([[...watchers], [...peers]], [[c], [b]])
  assert.equal([links.sever(a).watchers.size, links.sever(b).peers.size], [0, 0])
})

test('a dead watcher is forgotten by those it watched', () => {
  const links = new Links()
  links.monitor(a, b)
  links.sever(a)
  assert.is(links.sever(b).watchers.size, 0)
})

test('monitor and unmonitor say whether they changed anything', () => {
  const links = new Links()
  assert.equal([links.monitor(a, b), links.monitor(a, b), links.unmonitor(a, b), links.unmonitor(a, b)], [true, false, true, false])
})

test('linking twice is one link', () => {
  const links = new Links()
  links.link(a, b)
  links.link(b, a)
  links.unlink(a, b)
  assert.is(links.sever(b).peers.size, 0)
})

test('of a process so many are watched, and one more may be when it watches one less', () => {
  const kernel = new TestKernel()
  const { scheduler } = kernel
  const { links } = scheduler
  const watcher = kernel.listener()
  const other = kernel.listener()
  for (let n = 0; n < MOST_WATCHED; n++) links.monitor(watcher.pid, `p${n}` as Pid)
  const refused = (act: () => unknown): void => assert.throws(act, (error: WippyError) => error.code === 'MONITOR_LIMIT')
  refused(() => scheduler.monitor(watcher.pid, other.pid))
  refused(() => scheduler.link(watcher.pid, other.pid))
  refused(() => kernel.spawn(undefined, { parent: watcher.pid, monitor: true }))
  assert.is(scheduler.processes.size, 2)
  scheduler.link(other.pid, watcher.pid)
  links.unmonitor(watcher.pid, 'p0' as Pid)
  const child = kernel.spawn(undefined, { parent: watcher.pid, monitor: true })
  assert.ok(links.watchersOf(child.pid).has(watcher.pid))
})

test.run()
