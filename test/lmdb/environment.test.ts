import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Environment } from '../../src/lmdb/environment.ts'

const test = suite('lmdb')
const folders: string[] = []
const children: ChildProcessWithoutNullStreams[] = []

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wippy-lmdb-'))
  folders.push(folder)
  return folder
}

const PROGRAM = join(import.meta.dirname, 'program.ts')
const run = (verb: string, folder: string): { child: ChildProcessWithoutNullStreams; lines: AsyncIterator<string> } => {
  const child = spawn(process.execPath, [PROGRAM, verb, folder])
  child.stderr.pipe(process.stderr)
  children.push(child)
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
}
const kill = async (child: ChildProcessWithoutNullStreams): Promise<void> => {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString()
const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'no error'
}

test.after(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true })
})

test('what is written is there, in order, after closing and opening again', async () => {
  const folder = scratch()
  let state = new Environment(folder)
  await state.write((batch) => {
    const things = state.table<[string, number]>('things')
    for (const number of [10, 2, -1]) batch.put(things, ['b', number], bytes(`b${number}`))
    batch.put(things, ['a', 5], bytes('a5'))
    batch.put(state.table('others'), 'empty', new Uint8Array(0))
  })
  await state.close()
  state = new Environment(folder)
  const things = state.table<[string, number]>('things')
  assert.equal(
    [...things.range()].map(({ key, value }) => [key, text(value)]),
    [
      [['a', 5], 'a5'],
      [['b', -1], 'b-1'],
      [['b', 2], 'b2'],
      [['b', 10], 'b10'],
    ],
  )
  assert.equal([...things.keys({ from: ['b', 0], to: ['b', 10] })], [['b', 2]])
  assert.equal(
    [...things.keys({ from: ['b', 10], reverse: true, limit: 2 })],
    [
      ['b', 10],
      ['b', 2],
    ],
  )
  assert.is(state.table('others').get('empty')?.length, 0)
  assert.is(things.count(), 4)
  assert.ok(things.has(['a', 5]))
  await state.write((batch) => batch.remove(things, ['a', 5]))
  assert.not.ok(things.has(['a', 5]))
  assert.is(things.get(['a', 5]), undefined)
  await state.close()
})

test('a write that fails while it is put together does nothing', async () => {
  const state = new Environment(scratch())
  const table = state.table('things')
  const long = await codeOf(() =>
    state.write((batch) => {
      batch.put(table, 'first', bytes('1'))
      batch.put(table, 'x'.repeat(2000), bytes('2'))
    }),
  )
  const thrown = await codeOf(() =>
    state.write((batch) => {
      batch.put(table, 'first', bytes('1'))
      throw Object.assign(new Error('mine'), { code: 'MINE' })
    }),
  )
  await state.write(() => {})
  assert.equal([long, thrown, table.count()], ['STATE_KEY', 'MINE', 0])
  await state.close()
})

test('writes are done in the order they were asked for, and those that wait share a trip to the disk', async () => {
  const state = new Environment(scratch())
  const table = state.table<number>('things')
  const one = (number: number) => state.write((batch) => batch.put(table, number, bytes('x')))
  const order: number[] = []
  const trips = new Set<number>() // the turns of the event loop in which writes were done
  let turn = 0
  let isOver = false
  const count = (): void => {
    turn++
    if (!isOver) setImmediate(count)
  }
  count()
  const done = (number: number): void => {
    order.push(number)
    trips.add(turn)
  }
  await Promise.all(Array.from({ length: 2000 }, (_, number) => one(number).then(() => done(number))))
  isOver = true
  assert.equal(
    order,
    Array.from({ length: 2000 }, (_, number) => number),
  )
  assert.ok(trips.size < 10, `${trips.size} trips to the disk`)
  await state.close()
})

test('the event loop runs on while a write is on its way', async () => {
  const state = new Environment(scratch())
  const table = state.table<number>('things')
  let turns = 0
  let isDone = false
  const writing = state.write((batch) => {
    for (let number = 0; number < 2000; number++) batch.put(table, number, new Uint8Array(10_000))
  })
  const written = writing.then(() => {
    isDone = true
  })
  while (!isDone) {
    await new Promise(setImmediate)
    turns++
  }
  await written
  assert.ok(turns > 10, `${turns} turns`)
  await state.close()
})

test('what waits for the disk is bounded', async () => {
  const state = new Environment(scratch())
  const table = state.table<number>('things')
  const large = new Uint8Array(60 * 1024 ** 2)
  const writes = Array.from({ length: 6 }, () => codeOf(() => state.write((batch) => batch.put(table, 0, large))))
  assert.equal(await Promise.all(writes), ['no error', 'no error', 'no error', 'no error', 'no error', 'STATE_BUSY'])
  assert.is(await codeOf(() => state.write((batch) => batch.put(table, 0, bytes('small')))), 'no error')
  await state.close()
  assert.is(await codeOf(() => state.write((batch) => batch.put(table, 0, bytes('late')))), 'STATE_CLOSED')
})

test('one process owns a folder, until it ends in whatever way', async () => {
  const folder = scratch()
  const { child, lines } = run('own', folder)
  assert.is((await lines.next()).value, 'owned')
  try {
    new Environment(folder)
    assert.unreachable()
  } catch (error) {
    assert.is((error as { code: string }).code, 'STATE_OWNED')
    assert.match((error as Error).message, `(process ${child.pid})`)
  }
  const reading = new Environment(folder, { readOnly: true })
  assert.is(reading.table('left').count(), 0)
  assert.is(await codeOf(() => reading.write((batch) => batch.put(reading.table('left'), 1, bytes('x')))), 'STATE_READ_ONLY')
  await reading.close()
  await kill(child)
  const state = new Environment(folder)
  assert.is(await codeOf(() => new Environment(folder)), 'STATE_OWNED')
  await state.close()
  await new Environment(folder).close()
})

test('others read what is written while it is written, and see both halves or none', async () => {
  const folder = scratch()
  await new Environment(folder).close()
  const writer = run('write', folder)
  for (let number = 0; number < 20; number++) await writer.lines.next()
  const state = new Environment(folder, { readOnly: true })
  const [lefts, rights] = [state.table('left'), state.table('right')]
  const counts: number[] = []
  for (let round = 0; round < 50; round++) {
    const [left, right] = [lefts.count(), rights.count()]
    assert.is(left, right)
    counts.push(left)
    await writer.lines.next()
    await new Promise(setImmediate)
  }
  assert.ok(counts[0]! >= 20 && counts[49]! > counts[0]!, counts.join(' '))
  await state.close()
  await kill(writer.child)
})

test('what was acknowledged survives being killed, and nothing is half there', async () => {
  const folder = scratch()
  for (let round = 0; round < 5; round++) {
    const { child, lines } = run('write', folder)
    let said = Number((await lines.next()).value)
    const end = said + Math.floor(Math.random() * 60)
    while (said < end) said = Number((await lines.next()).value)
    await kill(child)
    for (let next = await lines.next(); !next.done; next = await lines.next()) said = Number(next.value)
    const state = new Environment(folder)
    const [left, right] = ['left', 'right'].map((name) => [...state.table<number>(name).keys()])
    assert.equal(left, right)
    assert.equal(
      left,
      Array.from({ length: left!.length }, (_, number) => number),
    )
    assert.ok(left!.length - 1 === said || left!.length - 2 === said, `${said} was said, ${left!.length} are there`)
    await state.close()
  }
})

test('when the disk takes no more, the write is refused as a whole and smaller ones go on', () => {
  const folder = scratch()
  // A limit on the size of files stands in for a full disk.
  const { stdout, stderr } = spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f 400; exec ${process.execPath} ${PROGRAM} full ${folder}`], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.ok(stdout.startsWith('{'), stderr)
  const { outcome, before, after, count } = JSON.parse(stdout)
  assert.equal([outcome, after, count], ['STATE_WRITE', 'written', before + 1])
  assert.ok(before > 0)
})

test('a file that is none, or was cut short, is refused', async () => {
  const garbage = scratch()
  writeFileSync(join(garbage, 'state.lmdb'), Buffer.alloc(20_000, 7))
  assert.is(await codeOf(() => new Environment(garbage)), 'STATE_CORRUPT')
  assert.is(await codeOf(() => new Environment(garbage, { readOnly: true })), 'STATE_CORRUPT')
  const cut = scratch()
  const state = new Environment(cut)
  await state.write((batch) => batch.put(state.table('things'), 'x', new Uint8Array(100_000)))
  await state.close()
  truncateSync(join(cut, 'state.lmdb'), 3 * 4096)
  assert.is(await codeOf(() => new Environment(cut)), 'STATE_CORRUPT')
  assert.is(readFileSync(join(cut, 'state.lmdb')).length, 3 * 4096)
  assert.is(await codeOf(() => new Environment(scratch(), { readOnly: true })), 'STATE_NOT_FOUND')
})

test('a state of a newer format is left alone', async () => {
  const folder = scratch()
  const state = new Environment(folder)
  await state.write((batch) => batch.put(state.table('state'), 'format', Uint8Array.of(200)))
  await state.close()
  assert.is(await codeOf(() => new Environment(folder)), 'STATE_NEWER')
})

test.run()
