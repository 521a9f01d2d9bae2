// What a process does, seen over the control endpoint while it does it.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/control/client.ts'
import { openControl } from '../../src/control/server.ts'
import { encodeAll } from '../../src/msgpack.ts'
import type { Pid } from '../../src/pid.ts'
import { failure, proc, type TestApp, withApp } from '../support/app.ts'

const test = suite('trace')

const ECHO = proc(
  `return function()
    process.registry.register("echo")
    local inbox = process.inbox()
    while true do
      local message = inbox:receive()
      local value = message:payload():data()
      if value == "end" then return 7 end
      process.registry.lookup("nobody")
      process.send(message:from(), "answer", value)
    end
  end`,
)
type Thing = Record<string, unknown> & { readonly kind: string }

/** Runs `app:echo` and a client that traces it; `things` is what the client has heard so far. */
const traced = (
  asked: object,
  act: (app: TestApp, heard: { readonly things: Thing[]; readonly answer: Promise<unknown> }, client: Client) => Promise<void>,
): Promise<void> =>
  withApp({ echo: ECHO }, async (app) => {
    const folder = join(app.root, '.wippy')
    const control = await openControl(app.node, { folder })
    const client = await Client.connect({ folder })
    try {
      app.run('app:echo').catch(() => {})
      await app.until(() => app.node.scheduler.names.lookup('echo') !== undefined, 'a name')
      const things: Thing[] = []
      const answer = client.ask('trace', { process: 'echo', ...asked }, (thing) => things.push(thing as Thing))
      answer.catch(() => {})
      await app.until(() => things.length === 1, 'the trace')
      await act(app, { things, answer }, client)
    } finally {
      client.close()
      await control.close()
    }
  })

const NOBODY = '{app:nowhere|0x00099}' as Pid
const say = ({ node }: TestApp, value: unknown): void => node.scheduler.delivery.message(NOBODY, 'echo', 'question', encodeAll([value]))

test('what arrives, what is asked and answered, what is sent, what each turn costs, and the end', () =>
  traced({}, async (app, { things, answer }) => {
    say(app, 'hi')
    await app.until(() => things.some(({ kind }) => kind === 'send'), 'an answer')
    say(app, 'end')
    assert.is(((await answer) as { lost: number }).lost, 0)
    const of = (kind: string) => things.filter((thing) => thing.kind === kind)
    assert.equal(
      of('message').map(({ topic, values }) => [topic, values]),
      [
        ['question', ['hi']],
        ['question', ['end']],
      ],
    )
    const [ask] = of('ask')
    assert.equal([ask!.peer, ask!.topic], ['process.registry.lookup', 'nobody'])
    assert.ok(of('reply').some(({ tag }) => tag === ask!.tag))
    assert.equal(
      of('send').map(({ topic, values }) => [topic, values]),
      [['answer', ['hi']]],
    )
    assert.equal(of('exit')[0]!.values, [7, null])
    assert.ok(of('turn').every(({ fuel }) => (fuel as number) > 0))
  }))

test('only what is asked for is told', () =>
  traced({ only: ['message', 'send'], topic: 'ans*' }, async (app, { things, answer }) => {
    say(app, 'hi')
    say(app, 'end')
    await answer
    assert.equal(
      things.map(({ kind, topic }) => [kind, topic]),
      [
        ['attached', undefined],
        ['send', 'answer'],
      ],
    )
  }))

test('who stops listening leaves nothing behind', () =>
  traced({}, async (app, _, client) => {
    const watched = () => [...app.node.scheduler.processes].map(({ tracers }) => tracers?.length ?? 0)
    const waiting = () => [...app.node.scheduler.processes].map(({ exits }) => exits?.length ?? 0)
    assert.equal(watched(), [1])
    const [before] = waiting()
    client.close()
    await app.until(() => watched().every((count) => count === 0), 'the end of the trace')
    assert.equal(
      [...app.node.scheduler.processes].map(({ tracers }) => tracers),
      [null],
    )
    await app.until(() => waiting()[0] === before! - 1, 'nobody waiting for the end of the process')
  }))

test('of more than can be told the rest is counted', () =>
  traced({ only: ['message'] }, async (app, { things, answer }) => {
    for (let n = 0; n < 5_000; n++) say(app, n)
    say(app, 'end')
    const { lost } = (await answer) as { lost: number }
    assert.is(things.length - 1 + lost, 5_001)
    assert.ok(lost > 0)
  }))

test('a process that is not there cannot be traced', () =>
  traced({}, async (_, __, client) => {
    assert.is((await failure(client.ask('trace', { process: 'nobody' }))).code, 'PROCESS_NOT_FOUND')
  }))

test.run()
