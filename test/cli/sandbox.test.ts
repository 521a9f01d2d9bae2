import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, index, start, wippy } from './command.ts'
import { here } from './here.ts'
import { whileRunning } from './running.ts'

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
  const stdin = running.child.stdin!
  const begun = `-- ${'木'.repeat(200_000)}\nreturn function(n) ` // more than a pipe holds
  await new Promise<void>((resolve) => stdin.write(begun, () => resolve())) // some of it has been read
  stdin.end('return n * 2 end')
  assert.equal(await running.ended.then(({ code, out }) => [code, out]), [0, '8\n'])
})

const NODE = `  - { name: processes, kind: process.host }
  - { name: double, kind: function.lua, source: file://double.lua }
  - { name: untrusted, kind: sandbox.policy, allow: ["funcs.call:app:double"], limits: { fuel: 1000000, timeout: 20s } }
  - { name: main, kind: process.lua, source: file://main.lua, modules: [io], meta: { command: { name: main, short: Wait, main: true } } }
`
const app = directoryWith({
  'src/_index.yaml': index(NODE),
  'src/double.lua': 'return function(n) return n * 2 end',
  'src/main.lua': 'require("io").print("at work") process.events():receive()',
  'five.lua': 'return 5',
})
/** On the node in `app`, without the start of a program. */
const onNode = (source: string, ...flags: string[]): Promise<Ended> => {
  writeFileSync(join(app, 'code.lua'), source)
  return here(['sandbox', 'run', 'code.lua', '-C', app, ...flags], { cwd: app })
}

test('what fails is said, and the exit code is not 0; nothing is left behind', async () => {
  const endless = await run('return function() while true do end end', '--fuel', '1000000')
  assert.equal([endless.code, endless.out, endless.err.startsWith('fuel: ')], [1, '', true], endless.err)
  assert.match(endless.err, '\n  → It may spend more with --fuel.\n')
  assertPlain(endless)
  const none = await here(['sandbox', 'run'], { cwd })
  assert.match(none.err, /^Missing 1 required arg:\nfile {2}A file with Lua; - is standard input\.\nSee more help with --help\n$/)
  const denied = await run('return function() funcs.call("a:b") return require("json") end', '--allow', 'funcs')
  assert.match(
    denied.err,
    /^denied: .*\n(?:.*\n)*it was denied what these would allow:\n {2}→ --allow funcs\.call:a:b\n {2}→ --allow json\n$/,
  )
  assert.equal(readdirSync(cwd).sort(), ['double.lua', 'five.lua', 'secret.txt'])
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

test('with a policy there must be a node', async () => {
  const none = await here(['sandbox', 'run', 'five.lua', '--policy', 'app:untrusted'], { cwd: app })
  assert.equal([none.code, /no node can be reached/.test(none.err)], [7, true], none.err)
})

test('on a node: each way to fail has its name, a policy grants what it says, and what is typed wrong is explained', () =>
  whileRunning(app, async () => {
    for (const [kind, source, ...flags] of [
      ['fuel', 'return function() while true do end end', '--fuel', '1000000'],
      ['timeout', 'return function() time.sleep("1h") end', '--allow', 'time', '--timeout', '200ms'],
      ['memory', 'return function() local t = {} while true do t[#t + 1] = ("x"):rep(1000) end end', '--memory', '4MiB'],
      ['stack', 'local function f() return 1 + f() end return f'],
      ['denied', 'return function() return require("funcs") end'],
      ['syntax', 'return function( return'],
      ['runtime', 'return function() error("boom") end'],
      ['runtime', 'return function() return nil, "bad" end'],
    ] as const) {
      const ended = await onNode(source, ...flags, '--json')
      const { $type, ok, error } = JSON.parse(ended.out)
      assert.equal([ended.code, $type, ok, error.kind], [1, 'result', false, kind], source)
    }

    const code = 'return function(n) return funcs.call("app:double", n) end'
    const ran = await wippy(['sandbox', 'run', '-', '--policy', 'app:untrusted', '--input', '4'], { cwd: app, input: code })
    assert.equal([ran.code, ran.out, ran.err], [0, '8\n', ''])
    const granted = await onNode('return function() return type(sql.get) end', '--allow', 'db.get:app:db')
    assert.equal([granted.code, granted.out], [0, 'function\n'], granted.err)
    const denied = await onNode(code, '--allow', 'funcs', '--json')
    assert.equal([denied.code, JSON.parse(denied.out).denied], [1, [{ action: 'funcs.call', resource: 'app:double', times: 1 }]])
    const unknown = await onNode(code, '--policy', 'app:untrused')
    assert.equal([unknown.code, /there is no sandbox policy "app:untrused"/.test(unknown.err)], [4, true])

    for (const [args, said] of [
      [['nowhere.lua'], /"nowhere\.lua" cannot be read: .*\n {2}→ Give a file with Lua, or - for standard input/],
      [['five.lua', '--input', 'n=1'], /--input is not JSON: /],
      [['five.lua', '--memory', 'much'], /'much' is not a size/],
      [['five.lua', '--fuel', '0'], /fuel/],
      [['five.lua', '--allow', 'jsn'], /there is no module "jsn" \[SANDBOX_OPTION\]\n {2}→ Did you mean "?json/],
      [['five.lua', '--allow', 'nonsense'], /there is no module "nonsense" .*\n {2}→ There are .*json/],
      [
        ['five.lua', '--allow', 'funcs.cal:app:double'],
        /there is no action "funcs\.cal" \[SANDBOX_OPTION\]\n {2}→ Did you mean "funcs\.call"\?/,
      ],
      [['five.lua', '--allow', 'db.query:app:db'], /there is no action "db\.query" .*\n {2}→ There are db\.get\./],
      [['five.lua'], /^runtime: the code returns no function \[SANDBOX_NO_FUNCTION\]\n {2}→ Write: return function\(input\)/],
      [['five.lua', '--allow', 'Jason!'], /"Jason!" is no grant: write the name of a module/],
    ] as const) {
      const ended = await here(['sandbox', 'run', ...args, '-C', app], { cwd: app })
      assert.ok(ended.code !== 0)
      assert.match(ended.err, said)
      assertPlain(ended)
    }
  }))

test.run()
