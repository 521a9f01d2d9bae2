// A tree of three levels whose children are killed at random, 10,000 times: it stays whole, and every restart is counted where it belongs.
//
//   root  one_for_one ─┬─ one   one_for_one   a b c d
//                      ├─ all   one_for_all   a b c d
//                      └─ rest  rest_for_one  a b c d

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Tree } from '../../src/kernel/tree.ts'
import type { Pid } from '../../src/pid.ts'
import { Random } from '../support/random.ts'
import { branch, child, Nursery, type Program, pidOf, plan } from './nursery.ts'

const test = suite('tree in a storm')

const KILLS = 10_000
const BURSTS = 1500
const WORKERS = ['a', 'b', 'c', 'd']
const BRANCHES = ['one', 'all', 'rest']
const WHOLE = 1 + BRANCHES.length * (1 + WORKERS.length)
const enough = { maxRestarts: 100, withinMs: 1000 }

const forest = () => {
  const nursery = new Nursery()
  const workers = WORKERS.map((id) => child(id))
  const root = nursery.start(
    plan(
      [
        branch('one', plan(workers, enough)),
        branch('all', plan(workers, { ...enough, strategy: 'one_for_all' })),
        branch('rest', plan(workers, { ...enough, strategy: 'rest_for_one' })),
      ],
      enough,
    ),
  )
  const inner = (id: string): Tree<Program> => nursery.trees.get(pidOf(root, id))!
  return { nursery, root, inner }
}

/** `branch/child → pid` of everything below the root; fails when something does not run. */
const everyone = (root: Tree<Program>, inner: (id: string) => Tree<Program>): Map<string, Pid> => {
  const pids = new Map<string, Pid>()
  for (const name of BRANCHES) {
    pids.set(name, pidOf(root, name))
    for (const worker of WORKERS) pids.set(`${name}/${worker}`, pidOf(inner(name), worker))
  }
  return pids
}

/** Whose runs change when `victim` ends. */
const affected = (victim: string): string[] => {
  const [name = '', worker] = victim.split('/')
  if (worker === undefined) return [name, ...WORKERS.map((id) => `${name}/${id}`)]
  if (name === 'one') return [victim]
  return WORKERS.slice(name === 'all' ? 0 : WORKERS.indexOf(worker)).map((id) => `${name}/${id}`)
}

test(`${KILLS} ends, one at a time: exactly those the strategy names are started again, exactly once`, () => {
  const { nursery, root, inner } = forest()
  const random = new Random(1)
  const counts = new Map<string, number>() // restarts of each child, as they must be
  let spawned = WHOLE
  let pids = everyone(root, inner)
  for (let i = 0; i < KILLS; i++) {
    const victim = random.of([...pids.keys()])
    const isWorker = victim.includes('/')
    if (isWorker && random.below(2) === 0) nursery.end(pids.get(victim)!, random.of(['well', 'error', 'C'] as const))
    else nursery.kill(pids.get(victim)!)
    const changed = affected(victim)
    if (!isWorker) for (const id of changed) if (id !== victim) counts.delete(id) // a new supervisor begins to count
    counts.set(victim, (counts.get(victim) ?? 0) + 1)
    spawned += changed.length
    const now = everyone(root, inner)
    for (const [id, pid] of now) assert.is(pid !== pids.get(id), changed.includes(id), `${victim} ended, kill ${i}: ${id}`)
    pids = now
    nursery.timers.pass(20)
  }
  const check = (tree: Tree<Program>, prefix: string): void => {
    let sum = 0
    for (const { id, restarts } of tree.children()) {
      assert.is(restarts, counts.get(`${prefix}${id}`) ?? 0, `${prefix}${id}`)
      sum += restarts
    }
    assert.is(tree.restarts, sum, `restarts of all below ${prefix}`)
  }
  check(root, '')
  for (const name of BRANCHES) check(inner(name), `${name}/`)
  assert.is(nursery.events.filter(({ what }) => what === 'restart').length, KILLS)
  assert.is(nursery.kernel.host.spawned, spawned)
  assert.is(nursery.alive, WHOLE)
})

test(`${BURSTS} bursts of ends at the same moment: the tree is whole after each`, () => {
  const { nursery, root, inner } = forest()
  const random = new Random(2)
  for (let i = 0; i < BURSTS; i++) {
    const pids = [...everyone(root, inner).values()]
    const { scheduler } = nursery.kernel
    for (let victims = 1 + random.below(5); victims > 0; victims--) {
      const pid = random.of(pids)
      if (scheduler.processes.find(pid) === null) continue
      if (random.below(3) === 0) scheduler.delivery.cancel(pid, 'storm')
      else scheduler.terminate(pid)
      if (random.below(2) === 0) scheduler.turn(0)
    }
    nursery.kernel.run()
    everyone(root, inner)
    assert.is(nursery.alive, WHOLE, `burst ${i}`)
    nursery.timers.pass(500)
  }
  for (const tree of nursery.trees.values()) {
    const restarts = nursery.events.filter(({ what, supervisor }) => what === 'restart' && supervisor === tree.pid).length
    assert.is(tree.restarts, restarts)
  }
  assert.is(nursery.trees.size, 1 + BRANCHES.length)
  assert.equal(nursery.kernel.notes.broken_, [])
})

test.run()
