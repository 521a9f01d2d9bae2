import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Host } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import { RunQueue } from '../../src/kernel/run-queue.ts'
import { randomFrom } from '../vm/random-program.ts'

const test = suite('run queue')

const hosts = ['app:a', 'app:b', 'app:c'].map((id) => new Host(id))
const woken = (host: Host): Process => ({ steps: 1, host }) as unknown as Process

/** What the queue says it does, in the simplest way: hosts by turns, in each the order of coming. */
class Expected {
  readonly #crowds: { readonly host: Host; readonly waiting: Process[] }[] = []

  push(process: Process): void {
    const crowd = this.#crowds.find(({ host }) => host === process.host)
    if (crowd) crowd.waiting.push(process)
    else this.#crowds.push({ host: process.host, waiting: [process] })
  }

  shift(): Process | null {
    const crowd = this.#crowds.shift()
    const process = crowd?.waiting.shift() ?? null
    if (crowd && crowd.waiting.length > 0) this.#crowds.push(crowd)
    return process
  }
}

test('hosts have turns one after the other, their processes in the order of coming, whether few wait or many', () => {
  const random = randomFrom(7)
  const [queue, expected] = [new RunQueue(), new Expected()]
  for (let i = 0; i < 5000; i++) {
    if (random() < (i % 1000 < 500 ? 0.45 : 0.55)) {
      const process = woken(hosts[Math.floor(random() * hosts.length)]!)
      queue.push(process, false)
      expected.push(process)
    } else assert.is(queue.shift(), expected.shift(), `${i}`)
  }
})

test('who is woken and who has used up its slice have every other turn', () => {
  const queue = new RunQueue()
  const [host] = hosts
  const [a, b, c, d] = [woken(host!), woken(host!), woken(host!), woken(host!)]
  queue.push(a, true)
  queue.push(b, true)
  queue.push(c, false)
  queue.push(d, false)
  assert.is(queue.size, 4)
  assert.equal([queue.shift(), queue.shift(), queue.shift(), queue.shift(), queue.shift()], [c, a, d, b, null])
})

test.run()
