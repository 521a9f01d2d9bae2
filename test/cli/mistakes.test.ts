import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, HELLO, HELLO_LUA, index, start, wippy } from './command.ts'

const test = suite('what people get wrong')

const RUN = ['run', '-x', 'app:hello']

/** Runs an app that is wrong: it ends with code 3, or another, says nothing on standard output, and nothing of our insides. */
const refused = async (files: Readonly<Record<string, string>>, args: readonly string[] = RUN, code = 3): Promise<string> => {
  const ended = await wippy(args, { cwd: directoryWith(files) })
  assert.is(ended.code, code, ended.out + ended.err)
  assert.is(ended.out, '')
  assertPlain(ended)
  return ended.err
}

const app = (entries: string, files: Readonly<Record<string, string>> = {}) => ({
  'src/_index.yaml': index(entries),
  'src/hello.lua': HELLO_LUA,
  ...files,
})

/** How many messages there are: each has its code in brackets. */
const count = (err: string): number => err.match(/\[[A-Z][A-Z_]+\]/g)?.length ?? 0

const once = (err: string, ...wanted: (string | RegExp)[]): void => {
  for (const one of wanted) assert.match(err, one)
  assert.is(count(err), 1, err)
}

test('YAML that cannot be read', async () => {
  once(await refused(app(HELLO.replace('[io]', '[io'))), /^src\/_index\.yaml:\d+:\d+: /, 'YAML_INVALID')
})

test('a file that is not there', async () => {
  once(await refused(app(HELLO.replace('hello.lua', 'helo.lua'))), 'src/_index.yaml:9:13', '"file://helo.lua" does not exist', '→')
})

test('two entries of one name', async () => {
  once(await refused(app(HELLO + HELLO)), /^src\/_index\.yaml:\d+:\d+/, '"app:hello" is defined twice, first at src/_index.yaml:6:5')
})

test('an entry without a kind', async () => {
  once(await refused(app(HELLO.replace('    kind: process.lua\n', ''))), 'src/_index.yaml:6:5', 'has no kind')
})

test('a kind nobody knows', async () => {
  const err = await refused(app(HELLO.replace('process.lua', 'proces.lua')), RUN, 4)
  assert.match(err, /^warning: src\/_index\.yaml:7:11 .*"proces\.lua"/)
  assert.match(err, 'Did you mean "process.lua"?')
})

test('a module that was not declared', async () => {
  once(await refused(app(HELLO.replace('    modules: [io]\n', ''))), 'src/hello.lua:1:20 (app:hello)', "module 'io' not found", 'Add io')
})

test('Lua that is none', async () => {
  once(await refused(app(HELLO, { 'src/hello.lua': 'local x = 1\nlocal = 2\n' })), /^src\/hello\.lua:2:7/, '2 | local = 2')
})

test('libraries in a circle', async () => {
  const libraries = `  - name: a
    kind: library.lua
    source: return {}
    imports: { b: b }
  - name: b
    kind: library.lua
    source: return {}
    imports: { a: a }
`
  const err = await refused(app(`${HELLO}    imports: { a: a }\n${libraries}`))
  once(err, /^src\/_index\.yaml:16:\d+/, 'app:a → app:b → app:a', 'not started: app:hello')
})

test('a method that is not there', async () => {
  const err = await refused(app(HELLO.replace('method: main', 'method: begin')))
  once(err, 'src/_index.yaml:10:13 (app:hello): method not found: begin', 'src/hello.lua returns has main')
})

test('an import that is not there', async () => {
  const library = '  - name: words\n    kind: library.lua\n    source: return {}\n'
  once(
    await refused(app(`${HELLO}    imports: { w: word }\n${library}`)),
    'src/_index.yaml:12:19',
    '"app:word"',
    'Did you mean "app:words"?',
  )
})

test('no terminal host, or several', async () => {
  const files = app(HELLO)
  const none = files['src/_index.yaml'].replace('terminal.host', 'registry.entry')
  assert.match(await refused({ ...files, 'src/_index.yaml': none }, RUN, 2), 'there is no terminal.host')
  const two = `${HELLO}  - name: other\n    kind: terminal.host\n`
  assert.match(await refused(app(two), RUN, 2), 'app:terminal, app:other')
  assert.is((await wippy(['run', '--host', 'app:other', 'hello'], { cwd: directoryWith(app(two)) })).code, 0)
})

test('a target that is not there', async () => {
  once(await refused(app(HELLO), ['run', 'helo'], 4), 'no command "helo"', 'Did you mean "hello"?')
  once(await refused(app(HELLO), ['run', '-x', 'app:helo'], 4), 'no process "app:helo"', 'Did you mean "app:hello"?')
  once(await refused(app(HELLO), ['run', '-x', 'terminal'], 4), 'terminal.host, which is no process')
  once(await refused(app(HELLO), ['run', 'org/module'], 4), 'those cannot be run')
})

test('no app at all', async () => once(await refused({ 'README.md': '' }, ['run'], 4), 'there is no wippy app in this directory'))

test('a configuration that cannot be run', async () => {
  const files = { ...app(HELLO), 'wippy.config.ts': 'export default {\n  src: nowhere,\n}\n' }
  once(await refused(files), /^wippy\.config\.ts:2: /, 'nowhere is not defined')
  once(await refused(app(HELLO), ['run', '--config', 'no.yaml', 'hello'], 4), 'no.yaml: there is no such file')
})

test('flags that are none', async () => {
  const cwd = directoryWith(app(HELLO))
  const commands = [
    ['run', '--exce', 'hello'],
    ['run', '-x'],
    ['run', 'list', '--jsn'],
    ['version', '--shor'],
  ]
  for (const args of commands) {
    const ended = await wippy(args, { cwd })
    assert.is(ended.code, 2, args.join(' '))
    assertPlain(ended)
    assert.match(ended.err, /Nonexistent flag|expects a value/)
  }
  assert.match((await wippy(['rum'], { cwd })).err, 'Did you mean "run"?')
})

test('a path is no command', async () => {
  const err = await refused(app(HELLO), ['run', './src'], 4)
  once(err, '"./src" is a path, and what is run is a command', 'Go to the directory of the app')
})

const WITH_BROKEN = `${HELLO}  - name: broken
    kind: process.lua
    source: "return {"
  - name: processes
    kind: process.host
  - name: service
    kind: process.service
    process: broken
    host: processes
    lifecycle: { auto_start: true }
`

test('what can run does, but the exit code says that something could not', async () => {
  const ended: Ended = await wippy(RUN, { cwd: directoryWith(app(WITH_BROKEN)) })
  assert.is(ended.out, 'Hello\n')
  assert.is(ended.code, 3)
  once(ended.err, 'app:broken:1', 'not started: app:service')
})

test('with nothing that can run, nothing stays up', async () => {
  once(await refused(app(WITH_BROKEN), ['run']), 'app:broken:1', 'not started: app:service')
})

const WITH_IDLE = `${WITH_BROKEN}  - name: idle
    kind: process.lua
    source: "return function() process.events():receive() end"
  - name: other
    kind: process.service
    process: idle
    host: processes
    lifecycle: { auto_start: true }
`

test('an app does not run without a service it requires, and runs without one that is optional', async () => {
  once(await refused(app(WITH_IDLE), ['run']), 'app:broken:1', 'not without app:service', 'lifecycle.startup: optional')
  const optional = WITH_IDLE.replace('{ auto_start: true }', '{ auto_start: true, startup: optional }')
  const cwd = directoryWith(app(optional))
  const running = start(['run'], { cwd })
  await running.said('not started: app:service')
  while (!(await wippy(['ps'], { cwd })).out.includes('app:idle'));
  running.child.kill('SIGTERM')
  assert.is((await running.ended).code, 3)
})

test('a list of commands says what is wrong too', async () => {
  const cwd = directoryWith(app(`${HELLO}  - kind: registry.entry\n`))
  const ended = await wippy(['run', 'list'], { cwd })
  assert.is(ended.code, 3)
  assert.match(ended.out, 'app:hello')
  assert.match(ended.err, join('src', '_index.yaml:'))
})

test.run()
