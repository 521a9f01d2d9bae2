// Each class of exit codes, as a program sees it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Exit, exitOf } from '../../src/cli/exit.ts'
import { Kind, WippyError } from '../../src/error.ts'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, index, wippy } from './command.ts'

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
]

test('commands end with the code of their failure', async () => {
  for (const [code, cwd, ...args] of COMMANDS) {
    const ended = await wippy(args, { cwd })
    assert.is(ended.code, code, `${args.join(' ')}: ${ended.err}`)
  }
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

test('there is no colour where none is wanted', async () => {
  for (const args of [['--help'], ['check', '--help'], ['run', 'list'], ['chekc']]) {
    const { out, err } = await wippy(args, { cwd: good, env: { NO_COLOR: '1' } })
    assert.not.match(out + err, /\x1b/, args.join(' '))
  }
})

test.run()
