// Who has a state folder, and how a command's side waits for it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readNote } from '../../src/control/address.ts'
import { Client } from '../../src/control/client.ts'
import { isTaken, takeSeat, waitForSeat } from '../../src/control/seat.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure } from '../support/app.ts'

const test = suite('the seat of a state folder')

const scratch = () => join(directoryWith({ '.keep': '' }), 'state')
const listening = async (path: string): Promise<Server> => {
  const server = createServer((socket) => socket.destroy()).listen(path)
  await once(server, 'listening')
  return server
}
/** Whether a promise has not settled a few looks later. */
const waits = async (promise: Promise<unknown>): Promise<boolean> => {
  const late = new Promise((resolve) => setTimeout(resolve, 100, 'late'))
  return (await Promise.race([promise.catch(() => {}), late])) === 'late'
}

test('one has it at a time, and says what for', async () => {
  const folder = scratch()
  const seat = takeSeat(folder, 'starting')!
  assert.equal(readNote(folder), { pid: process.pid, phase: 'starting', path: '', command: '' })
  assert.is(takeSeat(folder, 'command'), null)
  assert.is(await waitForSeat(folder, 'command'), null, 'a node that starts is not waited for')
  seat.leave()
  assert.not(existsSync(folder), 'it leaves nothing')
  takeSeat(folder, 'command')!.leave()
})

test('a command waits for a node that starts, and reaches it', async () => {
  const folder = scratch()
  const seat = takeSeat(folder, 'starting')!
  const client = Client.connect({ folder })
  assert.ok(await waits(client))
  const path = join(folder, 'node.sock')
  const server = await listening(path)
  seat.is('ready', path)
  ;(await client).close()
  server.close()
  seat.leave()
})

test('a command waits for a node that stops, and finds none; so does the next node', async () => {
  const folder = scratch()
  const seat = takeSeat(folder, 'stopping')!
  const missing = failure(Client.connect({ folder }))
  const next = waitForSeat(folder, 'command')
  assert.ok(await waits(missing))
  assert.ok(await waits(next))
  seat.leave()
  ;(await next)!.leave()
  assert.is((await missing).code, 'NO_NODE')
})

test('who changes what is stored is no node; the next one waits', async () => {
  const folder = scratch()
  const seat = takeSeat(folder, 'command')!
  assert.is((await failure(Client.connect({ folder }))).code, 'NO_NODE')
  const next = waitForSeat(folder, 'starting')
  assert.ok(await waits(next))
  seat.leave()
  ;(await next)!.leave()
})

test('a process that is killed has it no longer, whatever it left behind', async () => {
  const folder = scratch()
  const module = join(import.meta.dirname, '..', '..', 'src', 'control', 'seat.ts')
  const code = `import { takeSeat } from ${JSON.stringify(module)}
    takeSeat(${JSON.stringify(folder)}, 'starting').is('ready', 'nowhere.sock'); console.log('up'); setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  assert.ok(isTaken(folder))
  const missing = failure(Client.connect({ folder }))
  assert.ok(await waits(missing), 'it may yet begin to listen')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.is((await missing).code, 'NO_NODE')
  assert.is(readNote(folder)?.pid, child.pid)
  takeSeat(folder, 'starting')!.leave()
  assert.is(readNote(folder), null)
})

test('of many who come and go, never two have it', async () => {
  const folder = scratch()
  const module = join(import.meta.dirname, '..', '..', 'src', 'control', 'seat.ts')
  const inside = join(directoryWith({ '.keep': '' }), 'inside')
  const code = `import { mkdirSync, rmdirSync } from 'node:fs'
    import { takeSeat } from ${JSON.stringify(module)}
    for (let taken = 0; taken < 150; ) {
      const seat = takeSeat(${JSON.stringify(folder)}, 'command')
      if (seat === null) continue
      mkdirSync(${JSON.stringify(inside)})
      rmdirSync(${JSON.stringify(inside)})
      seat.leave()
      taken++
    }`
  const run = async (): Promise<unknown> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'inherit', 'inherit'] })
    return (await once(child, 'exit'))[0]
  }
  assert.equal(await Promise.all([run(), run(), run()]), [0, 0, 0])
})

test('who has left touches nothing of the next one', () => {
  const folder = scratch()
  const first = takeSeat(folder, 'starting')!
  first.leave()
  const second = takeSeat(folder, 'command')!
  first.is('stopping')
  first.leave()
  assert.is(readNote(folder)?.phase, 'command')
  assert.is(takeSeat(folder, 'starting'), null)
  second.leave()
  assert.not(existsSync(folder))
})

test('a folder that is deleted meanwhile is no obstacle', () => {
  const folder = scratch()
  const seat = takeSeat(folder, 'starting')!
  rmSync(folder, { recursive: true })
  seat.is('stopping')
  seat.leave()
  takeSeat(folder, 'starting')!.leave()
})

test('where it cannot be made, the reason is said', () => {
  const folder = join(directoryWith({ file: '' }), 'file', 'state')
  assert.throws(() => takeSeat(folder, 'starting'), /ENOTDIR/)
})

test('who cannot say what for does not have it', () => {
  const inTheWay = `control.json.${process.pid}/directory`
  const folder = directoryWith({ [inTheWay]: '' })
  assert.throws(() => takeSeat(folder, 'starting'))
  assert.not(isTaken(folder))
  rmSync(join(folder, `control.json.${process.pid}`), { recursive: true })
  takeSeat(folder, 'starting')!.leave()
})

test('looking does not make a folder', async () => {
  const folder = scratch()
  assert.is((await failure(Client.connect({ folder }))).code, 'NO_NODE')
  assert.not(existsSync(folder))
})

test.run()
