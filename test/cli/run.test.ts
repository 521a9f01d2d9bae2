import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, wippy } from './command.ts'

const test = suite('wippy run')

const hello = directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA })

/** An app whose only process is `body`, and what becomes of it. */
const outcome = (body: string, more = '') => {
  const code = body.replaceAll('\n', '\n        ')
  const entries = `  - name: it
    kind: process.lua
    modules: [io]
    source: |
      return { main = function(...)
        ${code}
      end }
${more}`
  return wippy(['run', '-x', 'app:it'], { cwd: directoryWith({ 'src/_index.yaml': index(entries) }) })
}

test('an entry, a name, a command: the same process', async () => {
  for (const args of [['-x', 'app:hello'], ['-x', 'hello'], ['hello'], ['app:hello']]) {
    assert.equal(await wippy(['run', ...args], { cwd: hello }), { code: 0, signal: null, out: 'Hello\n', err: '' })
  }
})

test('arguments reach the process untouched', async () => {
  assert.is((await wippy(['run', 'hello', '-v', '--help', '--', '--', 'a b', ''], { cwd: hello })).out, 'Hello\t-v\t--help\t--\ta b\t\n')
  assert.is((await wippy(['run', '-x', 'hello', '-s', '--loud', '-c'], { cwd: hello })).out, 'Hello\t--loud\t-c\n')
})

test('a command finds the names of services, however much they do before they have them', async () => {
  const service = `  - {name: hosts, kind: process.host, lifecycle: {auto_start: true}}
  - name: slow
    kind: process.lua
    source: |
      return { main = function()
        local n = 0
        for i = 1, 1000000 do n = n + i end
        process.registry.register("first")
        for i = 1, 1000000 do n = n + i end
        process.registry.register("second")
        process.events():receive()
      end }
  - {name: slow.service, kind: process.service, process: app:slow, host: app:hosts, lifecycle: {auto_start: true}}
`
  const found = 'io.print(process.registry.lookup("first") ~= nil, process.registry.lookup("second") ~= nil)'
  assert.equal(await outcome(found, service), { code: 0, signal: null, out: 'true\ttrue\n', err: '' })
})

test('what main returns is the exit code', async () => {
  const codes: [string, number][] = [
    ['return 7', 7],
    ['return', 0],
    ['return true', 0],
    ['return false', 1],
    ['return nil, "no"', 1],
  ]
  for (const [body, code] of codes) assert.is((await outcome(body)).code, code, body)
})

test('an error is said with its place in Lua, and its traceback', async () => {
  const { code, out, err } = await outcome('local t = nil\nlocal x = t.x\nreturn x')
  assert.is(code, 1)
  assert.is(out, '')
  assert.match(err, /^app:it:3: attempt to index a nil value \(local 't'\)\nstack traceback:\n/)
})

test('standard input is the process’s', async () => {
  const entries = `  - name: cat
    kind: process.lua
    modules: [io]
    source: |
      local io = require("io")
      return { main = function()
        local line = io.readline()
        while line do
          io.print("> " .. line)
          line = io.readline()
        end
      end }
`
  const cwd = directoryWith({ 'src/_index.yaml': index(entries) })
  assert.is((await wippy(['run', '-x', 'cat'], { cwd, input: 'one\ntwo' })).out, '> one\n> two\n')
})

test('the main command runs when nothing is named', async () => {
  const main = HELLO.replace('short: Say hello', 'main: true')
  const cwd = directoryWith({ 'src/_index.yaml': index(main), 'src/hello.lua': HELLO_LUA })
  assert.is((await wippy(['run'], { cwd })).out, 'Hello\n')
})

test('the list of commands, for people and for programs', async () => {
  const { out, code } = await wippy(['run', 'list'], { cwd: hello })
  assert.is(code, 0)
  assert.match(out, /^hello +Say hello +app:hello$/m)
  const { commands: parsed } = JSON.parse((await wippy(['run', 'list', '--json'], { cwd: hello })).out)
  assert.equal(parsed, [{ name: 'hello', short: 'Say hello', entry: 'app:hello', main: false }])
})

test('the log is shown when it is asked for', async () => {
  const body = 'print("for the log")'
  assert.is((await outcome(body)).err, '')
  const cwd = directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': `return { main = function() ${body} end }` })
  const { out, err } = await wippy(['run', '-c', 'hello'], { cwd })
  assert.is(out, '')
  assert.match(err, /INFO +app:hello +for the log/)
  assert.is((await wippy(['run', '-s', '-c', 'hello'], { cwd })).err, '')
})

test('values put over entries, settings and files', async () => {
  const entries = `${HELLO}  - name: word
    kind: registry.entry
    text: moon
`
  const source = `local io, registry = require("io"), require("registry")
return { main = function() io.print(registry.get("app:word").data.text) end }
`
  const files = {
    'src/_index.yaml': index(entries.replace('modules: [io]', 'modules: [io, registry]')),
    'src/hello.lua': source,
    'other.yaml': 'override:\n  app:word:text: sun\n',
    'elsewhere/wippy.config.ts': "export default { src: '../src', override: { 'app:word:text': 'stars' } }\n",
  }
  const cwd = directoryWith(files)
  assert.is((await wippy(['run', 'hello'], { cwd })).out, 'moon\n')
  assert.is((await wippy(['run', '-o', 'app:word:text=comet', '-o', 'app:word:size=3', 'hello'], { cwd })).out, 'comet\n')
  assert.is((await wippy(['run', '--config', 'other.yaml', 'hello'], { cwd })).out, 'sun\n')
  assert.is((await wippy(['run', '--config', join(cwd, 'elsewhere/wippy.config.ts'), 'hello'], { cwd: '/' })).out, 'stars\n')
  const loud = await wippy(['run', '--set', 'logger.level=loud', 'hello'], { cwd })
  assert.is(loud.code, 3)
  assert.match(loud.err, "logger.level: 'loud' is not one of debug, info, warn, error")
})

test('what a finished process leaves behind does not hold the program up', async () => {
  const more = `  - name: processes
    kind: process.host
  - name: stubborn
    kind: process.lua
    source: |
      return { main = function() process.inbox():receive() end }
`
  assert.is((await outcome('process.spawn("app:stubborn", "app:processes")\nreturn 3', more)).code, 3)
})

test('code from strings cannot be made while an app runs', async () => {
  const config = `const escape = () => { try { return Function('return 1')() } catch (error) { return error.name } }
process.on('exit', () => console.error(escape(), typeof {}.__proto__))
export default {}
`
  const cwd = directoryWith({ 'wippy.config.ts': config, 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA })
  assert.match((await wippy(['run', 'hello'], { cwd })).err, 'EvalError undefined')
})

test.run()
