// The control endpoint, over a real socket: whatever is written to it, the next command is answered.

import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { readNote } from '../../../src/control/address.ts'
import { Client } from '../../../src/control/client.ts'
import { framed } from '../../../src/control/frames.ts'
import { PROTOCOL } from '../../../src/control/protocol.ts'
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
  ...['ps', 'inspect', 'mailbox', 'trace', 'logs', 'kill', 'hello', 'audit', 'agent', 'sandbox.run', 'registry.snapshot', 'registry.apply'],
  ...['registry.rollback', 'registry.prune', 'registry.settle', 'plugin.list', 'plugin.inspect', 'plugin.install', 'plugin.permissions'],
  ...['plugin.remove', 'workflow.list', 'workflow.show', 'workflow.start', 'workflow.journal', 'workflow.state', 'workflow.query'],
  ...['workflow.signal', 'workflow.cancel', 'workflow.terminate', 'workflow.pause', 'workflow.resume', 'workflow.replay', 'workflow.fork'],
  ...['workflow.import', 'workflow.export', 'nobody', '__proto__', 'constructor', ''],
]
const ARGUMENTS = [
  ...['process', 'entries', 'gone', 'base', 'version', 'author', 'message', 'name', 'id', 'component', 'file', 'code', 'args', 'limit'],
  ...[
    'query',
    'cancel',
    'actor',
    'act',
    'as',
    'allow',
    'policies',
    'input',
    'follow',
    'only',
    'topic',
    'entry',
    'options',
    'dry',
    'limits',
  ],
]
const ENTRY = { id: 'app:sent', kind: 'registry.entry', meta: {}, data: { x: 1 } }
const ACTS = ['run_lua', 'read_entry', 'find_entries', 'propose_change', 'apply_change', 'call_function', 'my_rights', 'rollback']
/** What verbs look further into. */
const LIKELY = [
  ...['app:waits', 'app', 'x', '0x1', '1', '../../x', 'return 1', 'while true do end', ...ACTS, ...['__proto__', 'constructor']],
  ...[[], ['app:waits'], ['registry.get:*', 'clock'], [ENTRY], [{ ...ENTRY, id: '__proto__:x' }], [{ ...ENTRY, kind: 'process.lua' }]],
  ...[
    { id: 'app:waits' },
    { code: 'return 1' },
    { entries: [ENTRY] },
    true,
    0,
    1,
    -1,
    1e15,
    new Uint8Array(9),
    Uint8Array.of(0, 0x61, 0x73, 0x6d),
  ],
]

const requestFrom = (random: Random): Uint8Array => {
  const pick = (list: readonly string[]): string => random.of(list)
  const args = Object.fromEntries(
    Array.from({ length: random.below(6) }, () => [pick(ARGUMENTS), random.next() < 0.6 ? random.of(LIKELY) : valueFrom(random, 3)]),
  )
  const odd = random.next() < 0.2
  return encode({ v: odd ? valueFrom(random, 1) : PROTOCOL, id: odd ? valueFrom(random, 1) : random.below(100), verb: pick(VERBS), args })
}

const quiet = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
  })

export const target: Target = {
  seeds: [framed(encode({ v: PROTOCOL, id: 1, verb: 'ps', args: {} }))],
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
