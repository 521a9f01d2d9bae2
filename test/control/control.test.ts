import { existsSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { jsonLine } from '../../src/cli/output.ts'
import { readNote, writeNote } from '../../src/control/address.ts'
import { Client } from '../../src/control/client.ts'
import { FrameReader, framed } from '../../src/control/frames.ts'
import { decodeAnswer, encodeAnswer, encodeRequest, PROTOCOL, REQUEST_BYTES, STRANGER_BYTES } from '../../src/control/protocol.ts'
import { takeSeat } from '../../src/control/seat.ts'
import { type Control, openControl } from '../../src/control/server.ts'
import { verbNamed } from '../../src/control/verb.ts'
import { verb } from '../../src/control/verbs/mailbox.ts'
import type { WippyError } from '../../src/error.ts'
import type { Process } from '../../src/kernel/process.ts'
import { encode } from '../../src/msgpack.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure, proc, type TestApp, withApp } from '../support/app.ts'

const test = suite('control endpoint')

const TOKEN = 'a token nobody can guess'
const waits = proc('return function() process.events():receive() end')
const sleeps = proc('return function() process.registry.register("sleeper") process.events():receive() end')
const busy = proc('return function() time.sleep("1h") end')

type Act = (client: Client, app: TestApp, folder: string, control: Control) => Promise<void>

/** An app whose endpoint is open, and a client of it. */
const reached = (act: Act, drafts: Parameters<typeof withApp>[0] = { waits, sleeps, busy }): Promise<void> =>
  withApp(drafts, async (app) => {
    const folder = join(app.root, '.wippy')
    const control = await openControl(app.node, { folder })
    const client = await Client.connect({ folder })
    try {
      await act(client, app, folder, control)
    } finally {
      client.close()
      await control.close()
    }
  })

/** What a connection gets for bytes as they are, until it is closed. */
const answersTo = (path: string, bytes: Uint8Array): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    const reader = new FrameReader(1 << 20)
    const answers: unknown[] = []
    const socket = createConnection(path, () => socket.write(bytes))
    socket.on('data', (piece) => answers.push(...reader.push(piece).map(decodeAnswer)))
    socket.on('error', reject)
    socket.on('close', () => resolve(answers))
  })
const codes = (answers: readonly unknown[]): string[] => answers.map((answer) => (answer as { error: WippyError }).error.code)

test('processes are listed and looked at; one is meant by pid, number or name', () =>
  reached(async (client, app) => {
    app.run('app:sleeps').catch(() => {})
    await app.until(() => app.node.scheduler.names.lookup('sleeper') !== undefined, 'a name')
    const { pid } = app.processes('app:sleeps')[0]!
    const { processes, node } = (await client.ask('ps')) as { processes: Process[]; node: { root: string } }
    assert.equal(
      processes.map(({ pid, entry, state }) => ({ pid, entry, state })),
      [{ pid, entry: 'app:sleeps', state: 'waiting' }],
    )
    assert.is(node.root, app.root)
    for (const word of [pid, 'sleeper', String(Number(/0x[0-9a-f]+/.exec(pid)![0])), /0x[0-9a-f]+/.exec(pid)![0]]) {
      const found = (await client.ask('inspect', { process: word })) as Record<string, unknown>
      assert.equal([found.pid, found.names, found.state], [pid, ['sleeper'], 'waiting'], word)
      assert.ok((found.memory as number) > 0, 'it holds memory')
    }
    const unknown = await failure(client.ask('inspect', { process: 'nobody' }))
    assert.equal([unknown.code, unknown.kind], ['PROCESS_NOT_FOUND', 'NotFound'])
    assert.match(unknown.hint!, 'wippy ps')
    assert.is((await failure(client.ask('inspect'))).code, 'CONTROL_ARGUMENT')
  }))

test('links and monitors are shown from both sides', () =>
  reached(
    async (client, app) => {
      app.run('app:parent').catch(() => {})
      await app.until(() => app.processes('app:child').length === 1 && app.processes('app:parent')[0]?.state === 'waiting', 'both')
      const [[parent], [child]] = [app.processes('app:parent'), app.processes('app:child')]
      const of = async (pid: string) => (await client.ask('inspect', { process: pid })) as Record<string, unknown>
      const [above, below] = [await of(parent!.pid), await of(child!.pid)]
      assert.equal([above.links, above.monitors, above.monitoredBy], [[child!.pid], [child!.pid], []])
      assert.equal([below.links, below.monitors, below.monitoredBy, below.parent], [[parent!.pid], [], [parent!.pid], parent!.pid])
    },
    {
      parent: proc('return function() process.spawn_linked_monitored("app:child", "app:processes") process.events():receive() end'),
      child: waits,
    },
  ))

test('what waits in a mailbox is shown, decoded as far as it can be, and stays there', () =>
  reached(async (_client, app) => {
    app.run('app:waits').catch(() => {})
    await app.until(() => app.processes('app:waits')[0]?.state === 'waiting', 'it waits')
    const { pid, mailbox } = app.processes('app:waits')[0]!
    const { delivery } = app.node.scheduler
    delivery.message('', pid, 'job', encode([{ n: 1, ['__proto__']: 2 }, 'two']))
    delivery.message('', pid, 'large', encode(['x'.repeat(20_000)]))
    delivery.message('', pid, 'odd', new Uint8Array([0xc1]))
    // asked within the same turn: in the next the process takes everything in
    const call = { node: app.node, args: { process: pid }, send: () => true, gone: new AbortController().signal }
    const { waiting, ...rest } = verb(call) as { waiting: { topic: string; values: unknown }[] }
    assert.equal(rest, { pid, messages: 3, held: 0, bytes: mailbox.messageBytes } as object)
    assert.equal(
      waiting.map(({ topic, values }) => [topic, jsonLine(values)]),
      [
        ['job', '[{"n":1,"__proto__":2},"two"]'],
        ['large', 'null'],
        ['odd', 'null'],
      ],
    )
    assert.is(mailbox.messages, 3)
  }))

test('a process is ended by force, or asked to end', () =>
  reached(async (client, app) => {
    for (const cancel of [false, true]) {
      const ended = app.run('app:waits')
      await app.until(() => app.processes('app:waits')[0]?.state === 'waiting', 'it waits')
      const { pid } = app.processes('app:waits')[0]!
      assert.equal({ ...((await client.ask('kill', { process: pid, cancel })) as object) }, { pid })
      assert.is(await ended, cancel ? 0 : 1)
    }
  }))

test('the log: what was, and with follow what comes', () =>
  reached(async (client, app) => {
    app.node.parts.log.record('info', 'test', 'before', { n: 1, o: { a: 2 } })
    const lines: unknown[] = []
    await client.ask('logs', {}, (line) => lines.push(line))
    assert.equal(
      lines.map((line) => ({ ...(line as object), time: 0 })),
      [
        {
          time: 0,
          level: 'info',
          source: 'test',
          message: 'before',
          fields: [
            ['n', '1'],
            ['o', '{"a":2}'],
          ],
        },
      ],
    )
    const heard: string[] = []
    const following = client.ask('logs', { follow: true }, (line) => heard.push((line as { message: string }).message))
    await app.until(() => heard.includes('before'), 'the old line')
    app.node.parts.log.record('warn', 'test', 'after')
    await app.until(() => heard.includes('after'), 'the new line')
    client.close()
    assert.is((await failure(following)).code, 'NODE_GONE')
  }))

test('whatever a process logs can be read, also by who follows', () =>
  reached(async (client, app) => {
    const lines: string[] = []
    const following = client.ask('logs', { follow: true }, (line) => lines.push(JSON.stringify(line)))
    app.node.parts.log.record('info', 'test', 'first')
    await app.until(() => lines.length > 0, 'it follows')
    app.node.parts.log.record('info', 'test', 'odd', { deep: { big: 2n ** 62n, bytes: Buffer.from('x'), map: new Map([[1n, 2n]]) } })
    app.node.parts.log.record('info', 'test', 'next')
    await app.until(() => lines.some((line) => line.includes('next')), 'the next line')
    assert.ok(lines.some((line) => line.includes(String(2n ** 62n))))
    client.close()
    assert.is((await failure(following)).code, 'NODE_GONE')
  }))

test('what goes on for nobody ends, also when nobody was there any more when it began', () =>
  withApp({}, async ({ node }) => {
    const gone = AbortSignal.abort()
    const args = { follow: true }
    for (const name of ['logs', 'audit']) {
      const verb = await verbNamed(name)
      assert.equal(await verb({ node, args, send: () => true, gone }), { lost: 0 })
    }
    const run = await verbNamed('sandbox.run')
    const endless = { code: 'return function() while true do end end', options: { fuel: 2_000_000_000, timeout: '60s' } }
    const { ok, fuel } = (await run({ node, args: endless, send: () => true, gone })) as { ok: boolean; fuel: number }
    assert.is(ok, false)
    assert.ok(fuel < 1_000_000_000, 'it was ended before its budget was')
  }))

test('the socket is the owner’s alone; closing leaves nothing', () =>
  withApp({}, async (app) => {
    const folder = join(app.root, '.wippy')
    const control = await openControl(app.node, { folder })
    const { path, pid } = readNote(folder)!
    assert.is(pid, process.pid)
    assert.is(statSync(path).mode & 0o777, 0o600)
    await control.close()
    assert.not(existsSync(folder))
    assert.is((await failure(Client.connect({ folder }))).code, 'NO_NODE')
  }))

test('what a node left behind that was killed is in nobody’s way', () =>
  withApp({}, async (app) => {
    const folder = directoryWith({ '.keep': '' })
    const first = await openControl(app.node, { folder })
    const gone = 4_194_304 // more than any process id
    const stale = join(folder, `control-${gone}.sock`)
    await first.close()
    writeFileSync(stale, '')
    writeNote(folder, { pid: gone, phase: 'ready', path: stale })
    assert.is((await failure(Client.connect({ folder }))).code, 'NO_NODE')
    const control = await openControl(app.node, { folder })
    assert.not(existsSync(stale))
    const client = await Client.connect({ folder })
    assert.ok(await client.ask('ps'))
    client.close()
    await control.close()
  }))

test('while another node has the seat of a folder, a second one leaves it alone', () =>
  withApp({}, async (app) => {
    const folder = join(app.root, '.wippy')
    const seat = takeSeat(folder, 'starting')!
    const note = readNote(folder)
    const error = await failure(openControl(app.node, { folder }))
    assert.is(error.code, 'CONTROL_TAKEN')
    assert.match(error.message, `process ${process.pid} is the node`)
    assert.equal(readNote(folder), note)
    seat.leave()
    await (await openControl(app.node, { folder })).close()
  }))

test('bytes that are no request are answered with an error and the end; the node goes on', () =>
  reached(async (client, _app, folder) => {
    const { path } = readNote(folder)!
    const request = { id: 1, verb: 'ps', args: {}, token: '' }
    const huge = new Uint8Array(4)
    new DataView(huge.buffer).setUint32(0, REQUEST_BYTES + 1)
    const hostile: readonly (readonly [Uint8Array, string])[] = [
      [huge, 'CONTROL_FRAME'],
      [framed(new Uint8Array([0xc1])), 'MSGPACK_MALFORMED'],
      [framed(new Uint8Array(2000).fill(0x91)), 'MSGPACK_MALFORMED'],
      [framed(new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])), 'MSGPACK_MALFORMED'],
      [framed(encode('ps')), 'CONTROL_MESSAGE'],
      [framed(encode({ ...request, v: PROTOCOL, id: 'one' })), 'CONTROL_MESSAGE'],
      [framed(encode({ ...request, v: PROTOCOL - 1 })), 'CONTROL_VERSION'],
    ]
    for (const [bytes, code] of hostile) assert.equal(codes(await answersTo(path, bytes)), [code])
    for (const verb of ['nothing', '__proto__', 'constructor', '../verb'])
      assert.is((await failure(client.ask(verb))).code, 'CONTROL_VERB', verb)
    assert.ok(await client.ask('ps'))
  }))

test('a request may hold a whole app; one beyond the limit is not even sent', () =>
  reached(async (client) => {
    const process = 'x'.repeat(20 * 1024 ** 2)
    assert.is((await failure(client.ask('inspect', { process }))).code, 'PROCESS_NOT_FOUND')
    const error = await failure(client.ask('inspect', { process: 'x'.repeat(REQUEST_BYTES) }))
    assert.is(error.code, 'CONTROL_SIZE')
    assert.ok(await client.ask('ps'))
  }))

test('from elsewhere nothing large is read before the token is shown', () =>
  withApp({ waits }, async (app) => {
    const folder = join(app.root, '.wippy')
    const control = await openControl(app.node, { folder, tcp: { host: '127.0.0.1', port: 0, token: TOKEN } })
    const place = { host: '127.0.0.1', port: control.port! }
    try {
      assert.is((await failure(Client.connect({ ...place, token: 'wrong' }))).code, 'CONTROL_DENIED')
      const client = await Client.connect({ ...place, token: TOKEN })
      const process = 'x'.repeat(STRANGER_BYTES)
      assert.is((await failure(client.ask('inspect', { process }))).code, 'PROCESS_NOT_FOUND')
      client.close()
      const socket = createConnection(place.port, place.host)
      const closed = new Promise((resolve) => socket.on('close', resolve))
      const reader = new FrameReader(1 << 20)
      const answers: unknown[] = []
      socket.on('data', (piece) => answers.push(...reader.push(piece).map(decodeAnswer)))
      socket.on('error', () => {})
      socket.write(framed(encodeRequest({ id: 1, verb: 'inspect', args: { process }, token: TOKEN })))
      await closed
      assert.equal(codes(answers), ['CONTROL_FRAME'])
    } finally {
      await control.close()
    }
  }))

test('a node that is at work says so, and is waited for', async () => {
  const folder = directoryWith({ '.keep': '' })
  const path = join(folder, 'node.sock')
  const server = createServer((socket) => {
    socket.on('data', () => {
      for (const answer of [{ id: 1, alive: true } as const, { id: 1, item: 'a' }, { id: 1, alive: true } as const, { id: 1, value: 'b' }])
        socket.write(framed(encodeAnswer(answer)))
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  writeNote(folder, { pid: process.pid, phase: 'ready', path })
  const client = await Client.connect({ folder })
  const items: unknown[] = []
  assert.is(await client.ask('slow', {}, (item) => items.push(item)), 'b')
  assert.equal(items, ['a'])
  client.close()
  server.close()
})

test('a node that went away between two requests is not waited for', async () => {
  const folder = directoryWith({ '.keep': '' })
  const path = join(folder, 'node.sock')
  const server = createServer((socket) => {
    socket.on('data', () => socket.end(framed(encodeAnswer({ id: 1, value: 'a' }))))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  writeNote(folder, { pid: process.pid, phase: 'ready', path })
  const client = await Client.connect({ folder })
  assert.is(await client.ask('look'), 'a')
  await new Promise<void>((resolve) => server.close(() => resolve())) // when the connection is closed
  await new Promise((resolve) => setImmediate(resolve))
  const began = performance.now()
  const refused = (await client.ask('look').catch((error) => error)) as WippyError
  assert.is(refused.code, 'NODE_GONE')
  assert.ok(performance.now() - began < 1000)
  client.close()
})

test('closing waits for nobody who does not read', () =>
  reached(
    async (_client, app, folder, control) => {
      const socket = createConnection(readNote(folder)!.path)
      socket.on('error', () => {})
      const request = framed(encodeRequest({ id: 1, verb: 'registry.snapshot', args: {}, token: '' }))
      socket.write(Buffer.concat([request, request, request]))
      await new Promise((resolve) => socket.once('readable', resolve))
      await control.close()
      socket.destroy()
      assert.equal(app.node.problems, [])
    },
    { large: { kind: 'registry.entry', data: 'x'.repeat(4 << 20) } },
  ))

test('random bytes: whatever comes, the node answers the next', () =>
  reached(async (client, _app, folder) => {
    const { path } = readNote(folder)!
    let seed = 7
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 16
    }
    const good = framed(encodeRequest({ id: 1, verb: 'inspect', args: { process: 'x' }, token: '' }))
    for (let round = 0; round < 100; round++) {
      const bytes = round % 2 === 0 ? Uint8Array.from(good) : framed(Uint8Array.from({ length: random() % 200 }, random))
      for (let flips = 0; flips < 3; flips++) bytes[4 + (random() % (bytes.length - 4 || 1))] = random() & 0xff
      await new Promise<void>((resolve) => {
        const socket = createConnection(path, () => socket.end(bytes))
        socket.on('error', () => {}).on('close', () => resolve())
        socket.resume()
      })
    }
    assert.ok(await client.ask('ps'))
  }))

test('over TCP nothing is answered without the token', () =>
  withApp({}, async (app) => {
    const folder = join(app.root, '.wippy')
    const tcp = { host: '127.0.0.1', port: 0 }
    assert.is((await failure(openControl(app.node, { folder, tcp: { ...tcp, token: 'short' } }))).code, 'CONTROL_TOKEN')
    const control = await openControl(app.node, { folder, tcp: { ...tcp, token: TOKEN } })
    const place = { host: tcp.host, port: control.port! }
    for (const token of ['', 'wrong', `${TOKEN} `]) {
      assert.is((await failure(Client.connect({ ...place, token }))).code, 'CONTROL_DENIED')
      const ask = framed(encodeRequest({ id: 1, verb: 'ps', args: {}, token }))
      const answers = await new Promise<unknown[]>((resolve) => {
        const socket = createConnection(place.port, place.host, () => socket.write(ask))
        socket.once('data', (piece) => {
          socket.destroy()
          resolve(new FrameReader(1 << 20).push(piece).map(decodeAnswer))
        })
      })
      assert.equal(codes(answers), ['CONTROL_DENIED'])
    }
    const client = await Client.connect({ ...place, token: TOKEN })
    assert.ok(await client.ask('ps'))
    client.close()
    await control.close()
    assert.is((await failure(Client.connect({ host: tcp.host, port: control.port!, token: TOKEN }))).code, 'NO_NODE')
  }))

test.run()
