import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, ROOT, wippy } from './command.ts'

const test = suite('wippy init')

test('an empty directory becomes an app that runs', async () => {
  const cwd = directoryWith({})
  assert.is((await wippy(['init'], { cwd })).code, 0)
  assert.equal(await wippy(['run', 'hello', 'Ada'], { cwd }), { code: 0, signal: null, out: 'Hello, Ada!\n', err: '' })
})

test('what is there stays as it is', async () => {
  const files = { 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA }
  const cwd = directoryWith(files)
  await wippy(['init'], { cwd })
  assert.match((await wippy(['init'], { cwd })).out, 'wippy.lock is there already')
  assert.is(readFileSync(join(cwd, 'src/_index.yaml'), 'utf8'), files['src/_index.yaml'])
  assert.is((await wippy(['run', 'hello'], { cwd })).out, 'Hello\n')
})

test('the source directory can be another', async () => {
  const cwd = directoryWith({})
  await wippy(['init', '-d', 'entries'], { cwd })
  assert.is((await wippy(['run', 'hello'], { cwd })).out, 'Hello, world!\n')
})

test('on a disk that takes nothing no file is left, and the next time begins anew', async () => {
  const cwd = directoryWith({})
  const limited = `trap '' XFSZ; ulimit -f 0; exec ${process.execPath} ${join(ROOT, 'bin/wippy.js')} init`
  const { status, stderr } = spawnSync('bash', ['-c', limited], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  assert.is(status, 1)
  assert.match(stderr, /^wippy\.lock: a file may not be that large \[SYSTEM_REFUSED\]\n/)
  assert.equal(readdirSync(cwd), [])
  assert.match((await wippy(['init'], { cwd })).out, /^wippy\.lock written\n/)
})

if (existsSync('/proc/self'))
  test('where no folder can be made that is said', async () => {
    const cwd = directoryWith({})
    const { code, err } = await wippy(['new', 'hello', '/proc/self/an/app'], { cwd })
    assert.is(code, 4)
    assert.match(err, /^\/proc\/self\/an: there is no such file or folder \[SYSTEM_REFUSED\]\n/)
  })

test.run()
