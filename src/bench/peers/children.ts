// A child process each, with Node in it, and messages over its channel.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { serve, timed } from './serve.ts'

const ECHO = "process.on('message', (message) => process.send(message))\nprocess.send('up')\n"

const start = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['-e', ECHO], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'message')
  return child
}

/** One after the other, `count` times. */
const converse = async (count: number, message: (id: number) => unknown): Promise<number> => {
  const child = await start()
  const { promise, resolve } = Promise.withResolvers<void>()
  let done = 0
  child.on('message', () => (++done === count ? resolve() : child.send(message(done) as object)))
  const taken = await timed(() => {
    child.send(message(0) as object)
    return promise
  })
  child.kill()
  return taken
}

/** Bytes that the system has given a program; null where it does not say. */
const residentOf = (pid: number): number | null => {
  try {
    return Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? Number.NaN) * 1024
  } catch {
    return null
  }
}

serve({
  call: (count) => converse(count, (id) => id),
  message: async (count) =>
    await converse(Math.ceil(count / 2), (id) => ({ from: '{app:processes|0x00001}', id, data: ['hello', 3.5, true] })),
  spawn: async (count) => {
    let ns = 0
    for (let i = 0; i < count; i++) {
      let child: ChildProcess | undefined
      ns += await timed(async () => {
        child = await start()
      })
      child!.kill()
    }
    return ns
  },
  alive: async (count) => {
    const children: ChildProcess[] = []
    for (let i = 0; i < count; i++) children.push(await start())
    const resident = children.map(({ pid }) => residentOf(pid!))
    for (const child of children) child.kill()
    if (resident.includes(null)) throw new Error('this system does not say what a program holds')
    return { resident: resident.reduce((sum: number, bytes) => sum + bytes!, 0) / count }
  },
})
