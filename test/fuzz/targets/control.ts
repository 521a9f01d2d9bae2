// The control endpoint, over a real socket: whatever is written to it, the next command is answered.

import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { readNote } from '../../../src/control/address.ts'
import { Client } from '../../../src/control/client.ts'
import { framed } from '../../../src/control/frames.ts'
import { openControl } from '../../../src/control/server.ts'
import { encode } from '../../../src/msgpack.ts'
import { proc, start } from '../../support/app.ts'
import type { Random } from '../../support/random.ts'
import type { Target } from '../fuzz.ts'
import { bytesFrom, valueFrom } from '../values.ts'

const app = await start({ waits: proc('return function() process.events():receive() end') })
void app.run('app:waits').catch(() => {})
const folder = join(app.root, '.wippy')
const control = await openControl(app.node, { folder })
const { path } = readNote(folder)!
const client = await Client.connect({ folder })

const VERBS = [
  'ps',
  'inspect',
  'mailbox',
  'trace',
  'registry.snapshot',
  'registry.get',
  'registry.apply',
  'registry.rollback',
  'plugin.list',
  'plugin.inspect',
]
VERBS.push(
  'plugin.install',
  'workflow.list',
  'workflow.show',
  'workflow.start',
  'sandbox.run',
  'nobody',
  '__proto__',
  'constructor',
  '',
  'kill',
)
const ARGUMENTS = [
  'process',
  'entries',
  'gone',
  'base',
  'version',
  'author',
  'message',
  'name',
  'id',
  'bytes',
  'source',
  'args',
  'limit',
  'query',
  'cancel',
]

const requestFrom = (random: Random): Uint8Array => {
  const pick = (list: readonly string[]): string => random.of(list)
  const args = Object.fromEntries(Array.from({ length: random.below(4) }, () => [pick(ARGUMENTS), valueFrom(random, 3)]))
  const odd = random.next() < 0.2
  return encode({ v: odd ? valueFrom(random, 1) : 1, id: odd ? valueFrom(random, 1) : random.below(100), verb: pick(VERBS), args })
}

const quiet = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
  })

export const target: Target = {
  seeds: [framed(encode({ v: 1, id: 1, verb: 'ps', args: {} }))],
  make: (random) => {
    if (random.next() < 0.2) return bytesFrom(random, 100)
    const frames = Array.from({ length: 1 + random.below(4) }, () => framed(requestFrom(random)))
    return Buffer.concat(frames)
  },
  run: async (input) => {
    const socket = createConnection(path)
    const closed = quiet(socket)
    socket.end(input)
    const { processes } = (await client.ask('ps')) as { processes: unknown[] }
    if (!Array.isArray(processes)) throw new Error('it does not know its processes any more')
    socket.destroy()
    await closed
    const broken = app.lines.splice(0).find(({ level, message }) => level === 'error' && /TypeError|RangeError|failed within/.test(message))
    if (broken) throw new Error(broken.message)
  },
  close: async () => {
    client.close()
    await control.close()
    await app.node.stop({ now: true })
  },
}
