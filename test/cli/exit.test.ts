// Each class of exit codes, as a program sees it.

import { createServer } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Exit, exitOf } from '../../src/cli/exit.ts'
import { writeNote } from '../../src/control/address.ts'
import { FrameReader, framed } from '../../src/control/frames.ts'
import { decodeRequest, encodeAnswer } from '../../src/control/protocol.ts'
import { Kind, WippyError } from '../../src/error.ts'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, index, start, wippy } from './command.ts'

const test = suite('exit codes')

const app = (lua: string) => directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': lua })
const good = app('return { main = function() return 0 end }')
const bad = app('return {')
const nothing = directoryWith({ '.keep': '' })

const COMMANDS: readonly (readonly [code: number, cwd: string, ...args: string[]])[] = [
  [0, good, 'check'],
  [0, good, 'run', 'hello'],
  [6, app('return { main = function() return 6 end }'), 'run', 'hello'],
  [1, app('return { main = function() error("no") end }'), 'run', 'hello'],
  [Exit.usage, good, 'check', '--jsn'],
  [Exit.usage, good, 'chekc'],
  [Exit.usage, good, 'ps', '--to', 'there'],
  [Exit.usage, good, 'registry', 'rollback', 'yesterday'],
  [Exit.app, bad, 'check'],
  [Exit.app, bad, 'run', 'hello'],
  [Exit.notFound, nothing, 'check'],
  [Exit.notFound, good, 'run', 'helo'],
  [Exit.notFound, good, 'registry', 'show', 'app:nothing'],
  [Exit.unavailable, nothing, 'ps'],
  [Exit.unavailable, good, 'registry', 'history', '--set', 'registry.history=none'],
  [Exit.conflict, good, 'new', 'hello', 'src'],
]

test('commands end with the code of their failure', async () => {
  for (const [code, cwd, ...args] of COMMANDS) {
    const ended = await wippy(args, { cwd })
    assert.is(ended.code, code, `${args.join(' ')}: ${ended.err}`)
  }
})

/** A node that answers every request with an error, until `act` is done. */
const whileRefusing = async (error: WippyError, act: (cwd: string) => Promise<void>): Promise<void> => {
  const cwd = directoryWith({ '.wippy/.keep': '' })
  const path = join(cwd, '.wippy', 'node.sock')
  const server = createServer((socket) => {
    const reader = new FrameReader(1024)
    socket.on('data', (piece) => {
      for (const body of reader.push(piece)) socket.write(framed(encodeAnswer({ id: decodeRequest(body).id, error })))
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  writeNote(join(cwd, '.wippy'), { pid: process.pid, phase: 'ready', path })
  try {
    await act(cwd)
  } finally {
    server.close()
  }
}

test('what a node answers decides as well: not allowed, too late, changed meanwhile, failed', async () => {
  for (const [kind, code] of [
    [Kind.PermissionDenied, Exit.denied],
    [Kind.Timeout, Exit.timeout],
    [Kind.Conflict, Exit.conflict],
    [Kind.Internal, Exit.failed],
  ] as const) {
    await whileRefusing(new WippyError('SAID', kind, 'the node said so'), async (cwd) => {
      for (const args of [['ps'], ['logs', '--json']]) {
        const ended = await wippy(args, { cwd })
        assert.equal([ended.code, ended.out], [code, ''], ended.err)
        assert.match(ended.err, 'the node said so')
      }
    })
  }
})

test('the second signal ends a run at once: 130 is Ctrl-C, 143 SIGTERM; the first one ends what serves', async () => {
  const cwd = app('return { main = function() require("io").print("up") while true do end end }')
  const run = start(['run', 'hello'], { cwd, input: null })
  await run.said('up')
  run.child.kill('SIGINT')
  await run.said('Stopping.')
  run.child.kill('SIGTERM')
  assert.is((await run.ended).code, 143)

  const again = start(['run', 'hello'], { cwd, input: null })
  await again.said('up')
  again.child.kill('SIGTERM')
  await again.said('Stopping.')
  again.child.kill('SIGINT')
  assert.is((await again.ended).code, 130)

  const looking = start(['mcp'], { cwd, input: null })
  await looking.said('wippy mcp')
  looking.child.kill('SIGINT')
  assert.is((await looking.ended).code, 0, 'whoever serves is done then')
})

test('kinds of errors are told apart', () => {
  const code = (kind: Kind, where?: object) => exitOf(new WippyError('X', kind, '', where && { where }))
  const line = { file: 'src/a.lua', line: 1 }
  assert.is(code(Kind.Internal), Exit.failed)
  assert.is(code(Kind.Invalid), Exit.usage)
  assert.is(code(Kind.Invalid, { entry: 'app:a' }), Exit.app)
  assert.is(code(Kind.NotFound, line), Exit.app)
  assert.is(code(Kind.NotFound), Exit.notFound)
  assert.is(code(Kind.PermissionDenied), Exit.denied)
  assert.is(code(Kind.Unavailable), Exit.unavailable)
  assert.is(code(Kind.Timeout), Exit.timeout)
  for (const kind of [Kind.Conflict, Kind.AlreadyExists]) assert.is(code(kind), Exit.conflict)
})

test('with --json an error is one document on standard error, whoever found it', async () => {
  for (const [args, code] of [
    [['check', '--json', '--what'], 'USAGE'],
    [['registry', 'show', 'app:nothing', '--json'], 'ENTRY_NOT_FOUND'],
    [['ps', '--json', '--to', 'there'], 'CONTROL_ADDRESS'],
  ] as const) {
    const { out, err } = await wippy(args, { cwd: good })
    const { $type, v, code: told } = JSON.parse(err)
    assert.equal([out, $type, v, told], ['', 'error', 1, code])
  }
})

test('with --json all that is wrong with an app is one document as well, and so is every answer', async () => {
  const worse = directoryWith({ 'src/a.yaml': 'namespace: a\nentries: 1\n', 'src/b.yaml': 'namespace: b\nentries: 1\n' })
  for (const args of [['diff'], ['deploy', '--set', 'x']]) {
    const { err, code } = await wippy([...args, '--json'], { cwd: worse })
    const { $type, more = [] } = JSON.parse(err)
    assert.is($type, 'error')
    if (args[0] === 'diff') assert.equal([code, more.length], [Exit.app, 1])
  }
  for (const [type, ...args] of [
    ['entries', 'registry', 'list'],
    ['entry', 'registry', 'show', 'app:hello'],
    ['versions', 'registry', 'history'],
    ['differences', 'registry', 'diff'],
    ['commands', 'run', 'list'],
    ['check', 'check'],
  ] as const) {
    const { out } = await wippy([...args, '--json'], { cwd: good })
    const { $type, v } = JSON.parse(out)
    assert.equal([$type, v], [type, 1])
  }
})

test('there is no colour where none is wanted', async () => {
  for (const args of [['--help'], ['check', '--help'], ['run', 'list'], ['chekc']]) {
    const { out, err } = await wippy(args, { cwd: good, env: { NO_COLOR: '1' } })
    assert.not.match(out + err, /\x1b/, args.join(' '))
  }
})

test.run()
