import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { wordsOf } from '../../src/service/command.ts'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('exec')

const ENTRIES = {
  any: { kind: 'exec.native', default_env: { WHO: 'entry' }, default_work_dir: '/' },
  some: { kind: 'exec.native', command_whitelist: ['echo yes'] },
}

const lua = (app: TestApp, code: string): Promise<unknown> =>
  app.eval(
    `local exec = require('exec')
     local function run(command, options, id)
       local executor = assert(exec.get(id or 'app:any'))
       local proc = assert(executor:exec(command, options))
       local out, err = proc:stdout_stream(), proc:stderr_stream()
       assert(proc:start())
       local text = {}
       for part in function() return out:read() end do text[#text + 1] = part end
       return table.concat(text), proc:wait(), err:read()
     end
     ${code}`,
    { modules: ['exec'] },
  )

test('words', () => {
  assert.equal(wordsOf(`sh -c 'exit 42'  "a b"c ""`), ['sh', '-c', 'exit 42', 'a bc', ''])
  assert.equal(wordsOf('  '), [])
})

test('what it writes, how it ends, and nothing of the environment of the node', () =>
  withApp(ENTRIES, async (app) => {
    process.env.WIPPY_TEST_SECRET = 'secret'
    const code = `local said, code, err = run("sh -c 'echo $WHO $WIPPY_TEST_SECRET; echo no >&2; exit 3'")
      return { said, code, err, (run('pwd')), (run('pwd', { work_dir = '/tmp' })), (run("sh -c 'echo $WHO'", { env = { WHO = 'caller' } })) }`
    assert.equal(await lua(app, code), ['entry\n', 3, 'no\n', '/\n', '/tmp\n', 'caller\n'])
  }))

test('input, signals, and ends', () =>
  withApp(ENTRIES, async (app) => {
    const code = `local executor = exec.get('app:any')
      local cat = executor:exec('cat')
      local out = cat:stdout_stream()
      cat:start()
      cat:write_stdin('hello')
      local heard = out:read()
      local ok = cat:signal(15)
      local code = cat:wait()
      local late, err = cat:signal(15)
      local again, why = cat:start()
      local closed = executor:exec('sleep 30')
      closed:start()
      return { heard, ok, code, late == nil and err:kind(), again == nil and why:kind(), closed:close(true), closed:stdout_stream() == nil }`
    assert.equal(await lua(app, code), ['hello', true, 143, 'Invalid', 'Invalid', true, true])
  }))

test('what writes more than anybody reads does not fill the node, and ends all the same', () =>
  withApp(ENTRIES, async (app) => {
    const code = `local proc = exec.get('app:any'):exec("sh -c 'head -c 20000000 /dev/zero'")
      proc:start()
      return { proc:wait() }`
    assert.equal(await lua(app, code), [0])
  }))

test('a process that ends takes its programs along, and those they began', () =>
  withApp(ENTRIES, async (app) => {
    const pid = Number(
      await lua(
        app,
        `local proc = exec.get('app:any'):exec("sh -c 'sleep 30 & echo $!; wait'")
         local out = proc:stdout_stream()
         proc:start()
         return out:read()`,
      ),
    )
    assert.ok(pid > 0)
    if (existsSync('/proc')) await app.until(() => !existsSync(`/proc/${pid}`), 'the program to end')
  }))

test('what may not be run, is not there, or is no command', () =>
  withApp(ENTRIES, async (app) => {
    const code = `local kinds = {}
      local function told(value, err) kinds[#kinds + 1] = value == nil and err:kind() or value end
      told(exec.get('')) told(exec.get('app:none'))
      local some, any = exec.get('app:some'), exec.get('app:any')
      told(some:exec('echo no')) told(any:exec('')) told(any:exec('  '))
      told(any:exec('no-such-program'):start())
      told(any:exec('true', { env = { A = 'a\\0b' } }):start())
      local list = {}
      for i = 1, 17 do list[i] = { any:exec('true') } end
      told(list[17][1], list[17][2])
      any:release() told(any:exec('true'))
      return kinds`
    const kinds = ['Invalid', 'Internal', 'PermissionDenied', 'Invalid', 'Invalid', 'Internal', 'Invalid', 'RateLimited', 'Invalid']
    assert.equal(await lua(app, code), kinds)
    assert.is(await lua(app, `return (run('echo yes', nil, 'app:some'))`), 'yes\n')
  }))

test('what decides which code a command is belongs to it', () =>
  withApp({ ...ENTRIES, steered: { kind: 'exec.native', command_whitelist: ['true', 'PATH=/nowhere GREETING'] } }, async (app) => {
    const code = `local kinds = {}
        local function told(command, env)
          local proc, err = exec.get('app:steered'):exec(command, { env = env })
          kinds[#kinds + 1] = proc and 'prepared' or err:kind()
        end
        told('true', { WHO = 'me' }) told('true', { PATH = '/tmp' }) told('true', { LD_PRELOAD = '/tmp/x.so' }) told('true', { Node_Options = '-r /x' })
        told('GREETING', { PATH = '/nowhere' }) told('GREETING')
        return kinds`
    const denied = 'PermissionDenied'
    assert.equal(await lua(app, code), ['prepared', denied, denied, denied, 'prepared', denied])
  }))

test.run()
