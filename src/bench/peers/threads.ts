// A worker thread per process, messages by postMessage: the other end of each conversation is the main thread.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { footprintOf, serve, timed } from './serve.ts'

const BATCH = 500

// Plain JavaScript, so that a worker's start does not include the erasing of types.
const ECHO = `const { parentPort } = require('node:worker_threads')
parentPort.on('message', (message) => parentPort.postMessage(message))
parentPort.postMessage('up')`
const RECEIVER = `const { parentPort } = require('node:worker_threads')
let sum = 0, seen = 0
parentPort.on('message', (number) => { sum += number; if (++seen % ${BATCH} === 0) parentPort.postMessage(sum) })
parentPort.postMessage('up')`

const start = async (code: string): Promise<Worker> => {
  const worker = new Worker(code, { eval: true })
  await once(worker, 'message')
  return worker
}

const message = (kind: string, id: number): unknown =>
  kind === 'number' ? id : { from: '{app:processes|0x00001}', id, data: ['hello', 3.5, true] }

/** Sends with `send` once and again after each answer, `answers` times. */
const converse = async (code: string, answers: number, send: (worker: Worker, at: number) => void): Promise<number> => {
  const worker = await start(code)
  const { promise, resolve } = Promise.withResolvers<void>()
  let at = 0
  worker.on('message', () => {
    if (++at === answers) resolve()
    else send(worker, at)
  })
  const taken = await timed(() => {
    send(worker, at)
    return promise
  })
  await worker.terminate()
  return taken
}

const spawn = async (count: number): Promise<number> => {
  let ns = 0
  for (let i = 0; i < count; i++) {
    let worker: Worker | undefined
    ns += await timed(async () => {
      worker = await start(ECHO)
    })
    await worker!.terminate()
  }
  return ns
}

const ping = (count: number, kind: string): Promise<number> => converse(ECHO, count, (worker, at) => worker.postMessage(message(kind, at)))

serve({
  call: (count) => ping(count, 'number'),
  message: (count) => ping(Math.ceil(count / 2), 'table'),
  ping: (count, kind) => ping(count, kind!),
  batch: (count) =>
    converse(RECEIVER, Math.ceil(count / BATCH), (worker) => {
      for (let i = 0; i < BATCH; i++) worker.postMessage(i)
    }),
  spawn,
  alive: (count) =>
    footprintOf(count, async () => {
      const workers: Worker[] = []
      for (let i = 0; i < count; i++) workers.push(await start(ECHO))
      return workers
    }),
})
