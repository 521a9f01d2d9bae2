import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { Thread } from '../../src/service/thread.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure } from '../support/app.ts'

const test = suite('thread')

const source = (name: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src', name)).href)
const folder = directoryWith({})
const file = join(folder, 'program.ts')
writeFileSync(
  file,
  `import { existsSync } from 'node:fs'
   import { WippyError } from ${source('error.ts')}
   import { doJobs } from ${source('service/thread-program.ts')}
   const kept = []
   doJobs((ask) => {
     if (ask === 'wrong') throw new WippyError('WRONG', 'Invalid', 'it is wrong', { retryable: false })
     if (ask === 'broken') throw new TypeError('a bug')
     while (ask === 'endless') {}
     while (ask === 'held' && !existsSync(${JSON.stringify(join(folder, 'go'))})) {}
     while (ask === 'large') kept.push(Array.from({ length: 10_000 }, (_, at) => ({ at })))
     return ask + ' done'
   })`,
)

const threadOf = (waiting = 100, patienceMs = 2_500): Thread<string, string> =>
  new Thread({
    program: pathToFileURL(file),
    patienceMs,
    waiting,
    tooMuch: () => new WippyError('TOO_MUCH', Kind.Timeout, 'too much', { retryable: false }),
  })

test('jobs are done, and what is wrong is told', async () => {
  const thread = threadOf()
  assert.is(await thread.do('one'), 'one done')
  const { code, kind, retryable } = await failure(thread.do('wrong'))
  assert.equal([code, kind, retryable], ['WRONG', 'Invalid', false])
})

test('who asks for much waits for itself', async () => {
  const thread = threadOf()
  const done: string[] = []
  const ask = (by: string, name: string) => thread.do(name, by).then((said) => done.push(said))
  await Promise.all([ask('a', 'a1'), ask('a', 'a2'), ask('a', 'a3'), ask('b', 'b1'), ask('c', 'c1')])
  assert.equal(
    done,
    ['a1', 'a2', 'b1', 'c1', 'a3'].map((name) => `${name} done`),
  )
})

test('what takes long for some holds up nobody else, whoever asked first', async () => {
  const thread = threadOf(100, 60_000)
  const slow = [thread.do('held', 'a'), thread.do('held', 'b')]
  const told = await Promise.race([Promise.all([thread.do('c1', 'c'), thread.do('d1', 'd')]), ...slow])
  assert.equal(told, ['c1 done', 'd1 done'])
  writeFileSync(join(folder, 'go'), '')
  assert.equal(await Promise.all(slow), ['held done', 'held done'])
})

test('a program whose threads are idle ends when it has nothing else to do', () => {
  const path = join(folder, 'idle.ts')
  writeFileSync(
    path,
    `import { Thread } from ${source('service/thread.ts')}
     const program = new URL('./program.ts', import.meta.url)
     const thread = new Thread({ program, patienceMs: 60_000, waiting: 9, tooMuch: () => new Error('too much') })
     console.log(await thread.do('one'))
     const doneMs = performance.now()
     process.on('exit', () => console.log(performance.now() - doneMs < 30_000))`,
  )
  assert.is(execFileSync(process.execPath, [path], { encoding: 'utf8' }), 'one done\ntrue\n')
})

test('more than may wait are refused', async () => {
  const thread = threadOf(2)
  const asked = ['1', '2', '3', '4'].map((name) => thread.do(name).catch(({ code }) => code))
  assert.equal(await Promise.all(asked), ['1 done', '2 done', '3 done', 'THREAD_FULL'])
})

test('what takes too much, or has a bug, is refused; those behind it are served', async () => {
  const thread = threadOf()
  const asked = ['large', 'after', 'broken', 'then', 'endless', 'last'].map((name) => thread.do(name).catch(({ code }) => code))
  assert.equal(await Promise.all(asked), ['TOO_MUCH', 'after done', 'TOO_MUCH', 'then done', 'TOO_MUCH', 'last done'])
})

test.run()
