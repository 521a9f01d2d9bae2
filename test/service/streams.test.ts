import { mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Caller } from '../../src/service/service.ts'
import { type ByteStream, readingStream, Streams } from '../../src/service/streams.ts'
import { Volume } from '../../src/service/volume.ts'
import { fakeCaller } from '../support/caller.ts'

const test = suite('streams')

const streamOf = (closed: string[], name: string): ByteStream => ({
  stat: () => ({ size: 0, position: 0 }),
  close: async () => void closed.push(name),
})

test('what a process leaves open is closed when it ends, and so is what was being opened for it then', async () => {
  const closed: string[] = []
  const streams = new Streams((error) => {
    throw error
  })
  const known = fakeCaller()
  let hasEnded = false
  // as a process: whoever asks to be told of an end that was, is told soon
  const caller: Caller = {
    ...known,
    onEnd: (free) => {
      if (!hasEnded) return known.onEnd(free)
      queueMicrotask(free)
      return () => {}
    },
  }
  streams.open(caller, streamOf(closed, 'early'))
  known.end()
  hasEnded = true
  assert.equal(closed, ['early'])
  const late = streams.open(caller, streamOf(closed, 'late'))
  await Promise.resolve()
  assert.equal(closed, ['early', 'late'])
  assert.throws(() => streams.of(caller, late), /closed/)
})

const fail = (error: unknown): never => {
  throw error
}

test('two who read one stream at the same time have each byte once between them', async () => {
  const streams = new Streams(fail)
  const caller = fakeCaller()
  const source = async function* () {
    for (const text of ['abcd', 'efgh', 'i']) yield Buffer.from(text)
  }
  const stream = streams.of(caller, streams.open(caller, readingStream(source())))
  const parts = await Promise.all(Array.from({ length: 6 }, () => stream.read!(2)))
  assert.equal(
    parts.map((part) => part && Buffer.from(part).toString()),
    ['ab', 'cd', 'ef', 'gh', 'i', null],
  )
})

test('what is asked of one file at the same time is done in the order of asking', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wippy-streams-')))
  const streams = new Streams(fail)
  const caller = fakeCaller()
  const file = streams.of(caller, streams.open(caller, await new Volume(folder).open('x', 'w')))
  const texts = Array.from({ length: 50 }, (_, at) => `${at};`)
  await Promise.all(texts.map((text) => file.write!(Buffer.from(text))))
  assert.is(readFileSync(join(folder, 'x'), 'utf8'), texts.join(''))
  const [, ...read] = await Promise.all([file.seek!('set', 0), file.read!(2), file.read!(2)])
  assert.equal(
    read.map((part) => Buffer.from(part!).toString()),
    ['0;', '1;'],
  )
  await file.close()
})

test('one that fails does not hold up the next; closing waits for nobody', async () => {
  const streams = new Streams(fail)
  const caller = fakeCaller()
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>()
  const answers = [Promise.reject(new Error('torn')), promise]
  const closed: string[] = []
  const number = streams.open(caller, { ...streamOf(closed, 'it'), read: () => answers.shift()! })
  const stream = streams.of(caller, number)
  const [first, second] = [stream.read!(1), stream.read!(1)]
  await first.then(fail, ({ message }) => assert.is(message, 'torn'))
  await streams.close(caller, number)
  assert.equal(closed, ['it'])
  resolve(null)
  assert.is(await second, null)
})

test.run()
