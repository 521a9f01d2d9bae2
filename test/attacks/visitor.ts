// Messages from outside, as a client's: they come at odd moments, whatever the node is doing, and wait until it looks and their receiver has
// taken them in. A thread of its own says when each came.

import { Worker } from 'node:worker_threads'

const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const state = new Int32Array(workerData)
for (;;) {
  Atomics.wait(state, 1, 0, 0.5 + 3 * Math.random())
  Atomics.store(state, 0, 0)
  parentPort.postMessage(performance.timeOrigin + performance.now())
  Atomics.wait(state, 0, 0)
}`

const now = (): number => performance.timeOrigin + performance.now()

export class Visitor {
  readonly #state = new Int32Array(new SharedArrayBuffer(8)) // whether the last one was taken in; never changes, for sleeping on
  readonly #thread = new Worker(THREAD, { eval: true, workerData: this.#state.buffer })
  #latencies: number[] = []

  /** `deliver` gives one message to its receiver, and calls `heard` when that has taken it in. */
  constructor(deliver: (heard: () => void) => void) {
    this.#thread.on('message', (cameAt: number) =>
      deliver(() => {
        this.#latencies.push(now() - cameAt)
        Atomics.store(this.#state, 0, 1)
        Atomics.notify(this.#state, 0)
      }),
    )
  }

  /** Milliseconds that each took since this was called last. */
  taken(): readonly number[] {
    const taken = this.#latencies
    this.#latencies = []
    return taken
  }

  async close(): Promise<void> {
    await this.#thread.terminate()
  }
}
