import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, wippy } from './command.ts'

const test = suite('wippy sandbox run')

const cwd = directoryWith({ 'double.lua': 'return { main = function(n) return n * 2 end }', 'secret.txt': 'secret' })
const run = (source: string, ...flags: string[]): Promise<Ended> => wippy(['sandbox', 'run', '-', ...flags], { cwd, input: source })

test('code gets its input and its result is printed', async () => {
  const doubled = await wippy(['sandbox', 'run', 'double.lua', '--input', '21'], { cwd })
  assert.equal([doubled.code, doubled.out, doubled.err], [0, '42\n', ''])
  const encoded = await run('return function(n) return json.encode(n) end', '--input', '{"a":[1]}', '--allow', 'json', '--json')
  const { ok, value, fuel, memory } = JSON.parse(encoded.out)
  assert.equal([ok, value, fuel > 0, memory > 0], [true, '{"a":[1]}', true, true])
})

test('each way to fail has its name, and the exit code is not 0', async () => {
  for (const [kind, source, ...flags] of [
    ['fuel', 'return function() while true do end end', '--fuel', '1000000'],
    ['timeout', 'return function() while true do end end', '--timeout', '200ms'],
    ['memory', 'return function() local t = {} while true do t[#t + 1] = ("x"):rep(1000) end end', '--memory', '4MiB'],
    ['stack', 'local function f() return 1 + f() end return f'],
    ['denied', 'return function() return require("funcs") end'],
    ['syntax', 'return function( return'],
    ['runtime', 'return function() error("boom") end'],
    ['runtime', 'return function() return nil, "bad" end'],
  ] as const) {
    const ended = await run(source, ...flags, '--json')
    assert.is(ended.code, 1, kind)
    const { ok, error } = JSON.parse(ended.out)
    assert.equal([ok, error.kind], [false, kind], source)
    const shown = await run(source, ...flags)
    assert.equal([shown.code, shown.out], [1, ''])
    assert.ok(shown.err.startsWith(`${kind}: `), shown.err)
    assertPlain(shown)
  }
})

test('nothing is there that was not named', async () => {
  for (const name of [
    'process',
    'io',
    'funcs',
    'registry',
    'env',
    'load',
    'loadfile',
    'dofile',
    'debug',
    'package',
    'os.execute',
    'os.getenv',
    'os.remove',
  ]) {
    const ended = await run(`local ok, v = pcall(function() return ${name} end) return function() return ok and v ~= nil end`)
    assert.equal([ended.code, ended.out], [0, 'false\n'], name)
  }
})

test('what is typed wrong is explained', async () => {
  for (const [args, said] of [
    [['run', 'nowhere.lua'], /"nowhere\.lua" cannot be read: .*\n {2}→ Give a file with Lua, or - for standard input/],
    [['run', 'double.lua', '--input', 'n=1'], /--input is not JSON: /],
    [['run', 'double.lua', '--memory', 'much'], /'much' is not a size/],
    [['run', 'double.lua', '--fuel', '0'], /fuel/],
  ] as const) {
    const ended = await wippy(['sandbox', ...args], { cwd })
    assert.ok(ended.code !== 0)
    assert.match(ended.err, said)
    assertPlain(ended)
  }
})

test.run()
