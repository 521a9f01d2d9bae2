import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Caller } from '../../src/service/service.ts'
import { type ByteStream, Streams } from '../../src/service/streams.ts'
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

test.run()
