import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { print } from '../../src/cli/output.ts'
import { waitingFor } from '../../src/cli/progress.ts'

const test = suite('progress')

/** What is written to standard error while `act` runs, as to a terminal or not. */
const shown = async (isTTY: boolean, act: () => Promise<unknown>): Promise<string> => {
  const { stderr, stdout } = process
  const [write, out, before] = [stderr.write, stdout.write, stderr.isTTY]
  let text = ''
  stderr.isTTY = isTTY
  stderr.write = ((chunk: string) => {
    text += chunk
    return true
  }) as typeof stderr.write
  stdout.write = (() => true) as typeof stdout.write
  try {
    await act()
  } finally {
    stderr.write = write
    stdout.write = out
    stderr.isTTY = before
  }
  return text
}

const TICK = /\r\x1b\[Kchecking, \d s/

test('on a terminal, what takes more than a second says so, and takes it back', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const keep = setInterval(() => {}, 1_000)
  const text = await shown(true, async () => {
    const waiting = waitingFor('checking', promise)
    const { write } = process.stderr
    process.stderr.write = ((chunk: string) => {
      if (TICK.test(chunk)) resolve('done')
      return write.call(process.stderr, chunk)
    }) as typeof write
    assert.is(await waiting, 'done')
  })
  clearInterval(keep)
  assert.match(text, /^(?:\r\x1b\[Kchecking, \d s)+\r\x1b\[K$/)
})

test('elsewhere, and when it is quick, nothing is said; whoever prints takes the line back first', async () => {
  assert.is(await shown(false, () => waitingFor('checking', Promise.resolve(1))), '')
  assert.is(await shown(true, () => waitingFor('checking', Promise.resolve(1))), '')
  assert.is(
    await shown(true, async () => {
      await waitingFor('checking', Promise.resolve(1))
      print('x')
    }),
    '',
  )
})

test.run()
