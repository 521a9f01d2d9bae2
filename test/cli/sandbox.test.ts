import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, index, start, wippy } from './command.ts'

const test = suite('wippy sandbox run')

const cwd = directoryWith({
  'double.lua': 'return { main = function(n) return n * 2 end }',
  'five.lua': 'return 5',
  'secret.txt': 'secret',
})
const run = (source: string, ...flags: string[]): Promise<Ended> => wippy(['sandbox', 'run', '-', ...flags], { cwd, input: source })

test('code gets its input and its result is printed', async () => {
  const doubled = await wippy(['sandbox', 'run', 'double.lua', '--input', '21'], { cwd })
  assert.equal([doubled.code, doubled.out, doubled.err], [0, '42\n', ''])
  const encoded = await run('return function(n) return json.encode(n) end', '--input', '{"a":[1]}', '--allow', 'json', '--json')
  const { ok, value, fuel, memory } = JSON.parse(encoded.out)
  assert.equal([ok, value, fuel > 0, memory > 0], [true, '{"a":[1]}', true, true])
})

test('standard input may come in pieces, late', async () => {
  const running = start(['sandbox', 'run', '-', '--input', '4'], { cwd, input: null })
  running.child.stdin!.write('return function(n) ')
  await new Promise((resolve) => setTimeout(resolve, 100)) // what is read too early was not all
  running.child.stdin!.end('return n * 2 end')
  assert.equal(await running.ended.then(({ code, out }) => [code, out]), [0, '8\n'])
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
    const isPlain = kind === 'fuel' || kind === 'denied'
    const ended = await run(source, ...flags, ...(isPlain ? [] : ['--json']))
    assert.is(ended.code, 1, kind)
    if (isPlain) {
      assert.is(ended.out, '')
      assert.ok(ended.err.startsWith(`${kind}: `), ended.err)
      assertPlain(ended)
      continue
    }
    const { $type, ok, error, denied } = JSON.parse(ended.out)
    assert.equal([$type, ok, error.kind, denied], ['result', false, kind, []], source)
  }
  const denied = await run('return function() funcs.call("a:b") return require("json") end', '--allow', 'funcs')
  assert.match(
    denied.err,
    /^denied: .*\n(?:.*\n)*it was denied what these would allow:\n {2}→ --allow funcs\.call:a:b\n {2}→ --allow json\n$/,
  )
  assert.equal(readdirSync(cwd).sort(), ['double.lua', 'five.lua', 'secret.txt'], 'nothing is left behind')
})

test('nothing is there that was not named', async () => {
  const names = ['process', 'io', 'funcs', 'registry', 'env', 'load', 'loadfile', 'dofile', 'debug', 'package']
  const tried = [...names, 'os.execute', 'os.getenv', 'os.remove'].map((name) => `try("${name}", function() return ${name} end)`)
  const code = `local found = {}
    local function try(name, get) local ok, v = pcall(get) if ok and v ~= nil then found[#found + 1] = name end end
    ${tried.join(' ')}
    return function() return table.concat(found, " ") end`
  const ended = await run(code)
  assert.equal([ended.code, ended.out], [0, '\n'])
})

test('with a policy it runs in the node that runs here, with what the policy grants', async () => {
  const entries = `  - { name: processes, kind: process.host }
  - { name: double, kind: function.lua, source: file://double.lua }
  - { name: untrusted, kind: sandbox.policy, allow: ["funcs.call:app:double"], limits: { fuel: 1000000, timeout: 20s } }
  - { name: main, kind: process.lua, source: file://main.lua, modules: [io], meta: { command: { name: main, short: Wait, main: true } } }
`
  const app = directoryWith({
    'src/_index.yaml': index(entries),
    'src/double.lua': 'return function(n) return n * 2 end',
    'src/main.lua': 'require("io").print("up") process.events():receive()',
  })
  const code = 'return function(n) return funcs.call("app:double", n) end'
  const none = await wippy(['sandbox', 'run', '-', '--policy', 'app:untrusted'], { cwd: app, input: code })
  assert.equal([none.code, /no node can be reached/.test(none.err)], [7, true], none.err)
  const node = start(['run'], { cwd: app, input: null })
  try {
    await node.said('up')
    while ((await wippy(['ps'], { cwd: app })).code === 7);
    const ran = await wippy(['sandbox', 'run', '-', '--policy', 'app:untrusted', '--input', '4'], { cwd: app, input: code })
    assert.equal([ran.code, ran.out, ran.err], [0, '8\n', ''])
    const denied = await wippy(['sandbox', 'run', '-', '-C', app, '--allow', 'funcs', '--json'], { cwd, input: code })
    assert.equal([denied.code, JSON.parse(denied.out).denied], [1, [{ action: 'funcs.call', resource: 'app:double', times: 1 }]])
    const unknown = await wippy(['sandbox', 'run', '-', '--policy', 'app:untrused'], { cwd: app, input: code })
    assert.equal([unknown.code, /there is no sandbox policy "app:untrused"/.test(unknown.err)], [4, true])
  } finally {
    node.child.kill('SIGTERM')
    await node.ended
  }
})

test('what is typed wrong is explained', async () => {
  for (const [args, said] of [
    [['run', 'nowhere.lua'], /"nowhere\.lua" cannot be read: .*\n {2}→ Give a file with Lua, or - for standard input/],
    [['run', 'double.lua', '--input', 'n=1'], /--input is not JSON: /],
    [['run', 'double.lua', '--memory', 'much'], /'much' is not a size/],
    [['run', 'double.lua', '--fuel', '0'], /fuel/],
    [['run', 'double.lua', '--allow', 'jsn'], /there is no module "jsn" \[SANDBOX_OPTION\]\n {2}→ Did you mean "?json/],
    [['run', 'five.lua'], /^runtime: the code returns no function \[SANDBOX_NO_FUNCTION\]\n {2}→ Write: return function\(input\)/],
    [['run', 'double.lua', '--allow', 'Jason!'], /"Jason!" is no grant: write the name of a module/],
  ] as const) {
    const ended = await wippy(['sandbox', ...args], { cwd })
    assert.ok(ended.code !== 0)
    assert.match(ended.err, said)
    assertPlain(ended)
  }
})

test.run()
