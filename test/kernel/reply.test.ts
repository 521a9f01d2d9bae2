// A body may write its only message straight into the empty mailbox of who wrote to it: as if it had been sent, and only where nobody has to
// be asked.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Reply, Verdict } from '../../src/kernel/body.ts'
import { Budget } from '../../src/kernel/budget.ts'
import type { SendGuard } from '../../src/kernel/delivery.ts'
import { terminated } from '../../src/kernel/failure.ts'
import { type Frames, MESSAGES } from '../../src/kernel/frame.ts'
import { FrameBuffer } from '../../src/kernel/frame-buffer.ts'
import { defaultLimits } from '../../src/kernel/host.ts'
import { defaultMailbox, type MailboxLimits } from '../../src/kernel/mailbox.ts'
import { PLACE_BYTES, places } from '../../src/kernel/places.ts'
import type { Process, SpawnSpec } from '../../src/kernel/process.ts'
import { messages, TestKernel } from '../support/test-kernel.ts'
import { bundled, bytes, TsBody } from '../support/ts-body.ts'

const test = suite('reply')

const frameOf = (from: string, payload: string): Uint8Array => {
  const frame = new FrameBuffer()
  frame.write(MESSAGES, 0, 1, bytes(from), bytes('reply'), bundled([payload]))
  return frame.bytes.slice(frame.start, frame.end)
}

/** Replies to each message where it may, and notes whether. */
class Replier extends TsBody {
  readonly offered: boolean[] = []
  replied = 0
  pid = ''
  meanwhile = (): void => {}

  override step(inbox: Frames, fuel: number, nowMs: number, reply: Reply | null = null): Verdict {
    super.step(inbox, fuel, nowMs)
    this.replied = 0
    this.offered.push(reply !== null)
    if (reply === null) return 'wait'
    const frame = frameOf(this.pid, `${this.offered.length}`)
    places.bytes.set(frame, reply.at)
    this.replied = frame.length
    this.meanwhile()
    return 'wait'
  }
}

/** A replier, and a process that writes to it `times`, each after the answer to the one before. */
class Talk {
  readonly body = new Replier()
  readonly replier: Process
  readonly asker: Process
  readonly heard: string[] = []
  readonly kernel: TestKernel

  constructor({ kernel = new TestKernel(), replier = {}, asker = {}, times = 1 }: TalkOptions = {}) {
    this.kernel = kernel
    this.replier = kernel.spawn(this.body, replier)
    this.body.pid = this.replier.pid
    this.asker = kernel.spawn((inbox, out) => {
      this.heard.push(...messages(inbox))
      if (times-- > 0) out.send(this.replier.pid, 'ask')
      return undefined
    }, asker)
  }

  /** Runs until nobody is ready, and commits; what was offered to the replier in its last steps. */
  async run(): Promise<readonly boolean[]> {
    for (let i = 0; i < 4; i++) {
      this.kernel.run()
      await Promise.resolve()
    }
    return this.body.offered.slice(1) // the first step is its start
  }
}
type TalkOptions = { kernel?: TestKernel; replier?: Partial<SpawnSpec>; asker?: Partial<SpawnSpec>; times?: number }

test('a reply is heard as a message is', async () => {
  const talk = new Talk({ times: 3 })
  assert.equal(await talk.run(), [true, true, true])
  assert.equal(talk.heard, ['reply 2', 'reply 3', 'reply 4'])
  const { mailbox } = talk.asker
  assert.equal([mailbox.isEmpty, mailbox.messages, mailbox.messageBytes], [true, 0, 0])
})

test('it counts while it waits, and others come behind it', () => {
  const { kernel, replier, asker, heard, body } = new Talk()
  for (let turns = 0; body.replied === 0; turns++) {
    assert.ok(turns < 10)
    kernel.scheduler.turn(0)
  }
  assert.equal([asker.mailbox.messages, asker.mailbox.messageBytes], [1, frameOf(replier.pid, '2').length])
  kernel.scheduler.delivery.message(replier.pid, asker.pid, 'second', bytes(''))
  kernel.run()
  assert.equal(heard, ['reply 2', 'second'])
})

const limits = (mailbox: Partial<MailboxLimits>): Partial<SpawnSpec> => ({
  limits: { ...defaultLimits, mailbox: { ...defaultMailbox, ...mailbox } },
})
const onlyAskers: SendGuard = { allows: ({ entry }) => entry === 'app:asker', refusal: terminated }
const commit = async (): Promise<void> => {}

for (const [who, options] of Object.entries<TalkOptions>({
  'its mailbox forgets': { asker: limits({ policy: 'drop-oldest' }) },
  'its mailbox is small': { asker: limits({ bytes: PLACE_BYTES - 1 }) },
  'a guard is against it': { kernel: new TestKernel({ sends: onlyAskers }), asker: { entry: 'app:asker' } },
  'its steps are committed': { asker: { commit } },
  'the steps of who replies are committed': { replier: { commit } },
  'who replies has a budget': { replier: { budget: new Budget({ fuel: 1e9, memoryBytes: 1e9, processes: 9 }) } },
})) {
  test(`nothing is offered when ${who}`, async () => {
    const offered = await new Talk(options).run()
    assert.equal([offered.length > 0, offered.includes(true)], [true, false])
  })
}

test('nothing is offered while somebody watches the steps, when more than one wrote, or when who wrote has ended', async () => {
  const watched = new Talk()
  watched.kernel.scheduler.trace(watched.replier.pid, () => {})
  assert.equal(await watched.run(), [false])
  for (const then of [
    ({ kernel, asker, replier }: Talk) => kernel.scheduler.delivery.message(asker.pid, replier.pid, 'more', bytes('')),
    ({ kernel, asker }: Talk) => kernel.scheduler.terminate(asker.pid),
  ]) {
    const talk = new Talk()
    for (let turns = 0; talk.replier.mailbox.messages === 0; turns++) {
      assert.ok(turns < 10)
      talk.kernel.scheduler.turn(0)
    }
    then(talk)
    assert.equal(await talk.run(), [false])
  }
})

test('who replies and is ended within the step ends, and its reply is heard', async () => {
  const talk = new Talk()
  talk.body.meanwhile = () => talk.kernel.scheduler.terminate(talk.replier.pid)
  assert.equal(await talk.run(), [true])
  assert.is(talk.replier.state, 'ended')
  assert.equal(talk.heard, ['reply 2'])
})

test.run()
