import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import Deploy from '../../src/cli/commands/deploy.ts'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, ROOT, start, wippy } from './command.ts'

const test = suite('bin/wippy.js')

const SLEEPER = 'local io = require("io")\nreturn { main = function() io.print("ready") process.events():receive() return 9 end }\n'
const cwd = directoryWith({
  'src/_index.yaml': index(HELLO + HELLO.replaceAll('hello', 'sleeper')),
  'src/hello.lua': HELLO_LUA,
  'src/sleeper.lua': SLEEPER,
})

/** Makes the program take the Node it is started by for an older one; `more` is done before. */
const asOld = (more = ''): string[] => {
  const old = `${more}; Object.defineProperty(process.versions, 'node', { value: '18.1.0' })`
  return ['-r', join(directoryWith({ 'old.cjs': old }), 'old.cjs')]
}
const WAYS: readonly (readonly [string, string[]])[] = [
  ['replaced', asOld()],
  ['a child', asOld('delete process.execve')],
]

for (const [how, node] of WAYS) {
  test(`an older Node is ${how}: output, arguments, exit code`, async () => {
    const ended = await wippy(['run', 'hello', '-a', 'b c'], { cwd, node })
    assert.equal([ended.code, ended.out, ended.err], [0, 'Hello\t-a\tb c\n', ''])
    assert.is((await wippy(['run', 'helo'], { cwd, node })).code, 4)
  })

  test(`an older Node is ${how}: signals`, async () => {
    const { child, said, ended } = start(['run', 'sleeper'], { cwd, node })
    await said('ready')
    child.kill('SIGTERM')
    assert.is((await ended).code, 9)
  })
}

test('an older Node without the right one says what is missing', async () => {
  const alone = directoryWith({})
  cpSync(join(ROOT, 'bin'), join(alone, 'bin'), { recursive: true })
  const { code, out, err } = await wippy(['version'], { cwd, node: asOld(), bin: join(alone, 'bin', 'wippy.js') })
  assert.equal([code, out], [1, ''])
  assert.match(err, /^wippy: needs Node 24 or newer, this is v\d+.*\n$/)
})

test('the version, long and short', async () => {
  assert.match((await wippy(['version'], { cwd })).out, /^wippy \d+\.\d+\.\d+ \(node v24\.\d+\.\d+, \w+-\w+\)\n$/)
  assert.match((await wippy(['version', '--short'], { cwd })).out, /^\d+\.\d+\.\d+\n$/)
})

test('help names every command', async () => {
  const { code, out } = await wippy(['--help'], { cwd })
  assert.is(code, 0)
  for (const command of ['run', 'version']) assert.match(out, new RegExp(`^ +${command} `, 'm'))
  assert.match((await wippy(['run', '--help'], { cwd })).out, '--exec=ns:entry')
  const { description } = Deploy
  const words = (text: string): string => text.replace(/\s+/g, ' ')
  assert.ok(words((await wippy(['deploy', '--help'], { cwd })).out).includes(words(description)), 'all of a description')
})

test.run()
