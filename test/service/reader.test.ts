import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Reader, readNow } from '../../src/service/reader.ts'
import { failure } from '../support/app.ts'

const test = suite('reader')

const LONG = `local json = require("json")\n${'function f(a: number): number return a + 1 end\n'.repeat(200)}`

test('a long text is read in a thread, as a short one is here', async () => {
  const reader = new Reader()
  const read = await reader.read({ source: LONG, file: 'x' })
  assert.equal(read, readNow({ source: LONG, file: 'x' }))
  assert.equal(read.requires, [{ name: 'json', line: 1, column: 22 }])
})

test('what is wrong with it is told with its place, and the next one is read', async () => {
  const reader = new Reader()
  const wrong = { source: `${LONG}x = = 1\n`, file: 'x' }
  const [error, read] = await Promise.all([failure(reader.read(wrong)), reader.read({ source: LONG, file: 'y' })])
  const here = await failure((async () => readNow(wrong))())
  const said = ({ code, kind, text, hint, where, frame }: typeof error) => ({ code, kind, text, hint, where, frame })
  assert.equal(said(error), said(here))
  assert.is(error.where!.line, 202)
  assert.ok(read.code.length > 0)
})

test('others have their turn while it is read', async () => {
  const reader = new Reader()
  await reader.read({ source: LONG, file: 'x' })
  let turns = 0
  const turn = setInterval(() => turns++, 0)
  await reader.read({ source: LONG.repeat(20), file: 'x' })
  clearInterval(turn)
  assert.ok(turns >= 3, `${turns} turns`)
})

test.run()
