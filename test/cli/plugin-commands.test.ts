import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readNote } from '../../src/control/address.ts'
import { scripted } from '../plugin/components.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, ROOT, start, wippy } from './command.ts'
import { here } from './here.ts'
import { KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('plugin commands')

const ENTRIES = `${KEEPER}  - name: asker
    kind: process.lua
    source: file://asker.lua
    modules: [funcs, io]
    meta: { command: { name: ask } }
`
const ASKER = `return function(id, ...)
  local value, err = require("funcs").call(id, ...)
  require("io").print(value, err)
end
`

const files = { 'src/_index.yaml': index(ENTRIES), 'src/keeper.lua': KEEPER_LUA, 'src/asker.lua': ASKER }

const markdown = join(ROOT, 'plugins/markdown')

test('a plugin is installed into a running node, is there after a restart, and is removed', async () => {
  const cwd = directoryWith(files)
  await whileRunning(cwd, async () => {
    const installed = await wippy(['plugin', 'install', markdown], { cwd })
    assert.equal([installed.code, installed.err], [0, ''])
    assert.match(installed.out, /^markdown {2}sha256:[0-9a-f]{64}\n/)
    assert.match(installed.out, /to-html +\(source: string, options: option<options>\) → string/)
    assert.match(installed.out, /asks for {2}nothing\nmay have {2}nothing\n/)
    const { plugins } = JSON.parse((await here(['plugin', 'list', '--json'], { cwd })).out)
    assert.equal(
      plugins.map(({ name, functions, allow }: { name: string; functions: number; allow: string[] }) => [name, functions, allow]),
      [['markdown', 2, []]],
    )
    const again = await here(['plugin', 'install', markdown], { cwd })
    assert.is(again.code, 9)
    assert.match(again.err, /there is a plugin "markdown" already \[PLUGIN_EXISTS\]\n {2}→ Use "wippy plugin update"/)
  })
  const asked = await wippy(['run', 'ask', 'plugins.markdown:to-html', '*hi*'], { cwd })
  assert.equal([asked.code, asked.out], [0, '<p><em>hi</em></p>\n\tnil\n'])
  await whileRunning(cwd, async () => {
    const inspected = await here(['plugin', 'inspect', 'markdown'], { cwd })
    assert.match(inspected.out, /calls +0, 0 units of fuel/)
    const removed = await here(['plugin', 'remove', 'markdown'], { cwd })
    assert.match(removed.out, /^markdown was removed; the registry is at v\d+\n$/)
    assert.match((await here(['plugin', 'list'], { cwd })).out, /No plugin is installed/)
  })
})

test('what a plugin asks for is shown, and it has what it was given', async () => {
  const cwd = directoryWith(files)
  mkdirSync(join(cwd, 'clock'))
  const wit = 'package t:t; world w { export now: func() -> f64; }'
  writeFileSync(join(cwd, 'clock/clock.wasm'), await scripted(wit, 'export const now = () => Date.now()', { hasWasi: true }))
  await whileRunning(cwd, async () => {
    const installed = await here(['plugin', 'install', 'clock'], { cwd })
    assert.match(
      installed.out,
      /asks for {2}clock env fs random\nmay have {2}nothing\nIt does without clock, env, fs, random\. To give it something: /,
    )
    const denied = await here(['plugin', 'permissions', 'clock', '--allow', 'everything'], { cwd })
    assert.match(denied.err, /"everything" is not a permission \[PLUGIN_GRANT\]/)
    for (const [typed, meant] of [
      ['clok', 'clock'],
      ['funcs.cal:app:x', 'funcs.call'],
    ] as const) {
      const { err } = await here(['plugin', 'permissions', 'clock', '--allow', typed], { cwd })
      assert.ok(err.includes(`"${typed}" is not a permission [PLUGIN_GRANT]\n  → Did you mean "${meant}"?`), err)
    }
    const given = await here(['plugin', 'permissions', 'clock', '--allow', 'clock'], { cwd })
    assert.match(given.out, /may have {2}clock\n/)
    const { allow } = JSON.parse((await here(['plugin', 'permissions', 'clock', '--json'], { cwd })).out)
    assert.equal(allow, ['clock'])
    const taken = await here(['plugin', 'permissions', 'clock', '--none'], { cwd })
    assert.match(taken.out, /may have {2}nothing\n/)
  })
})

test('what is done wrong is explained, and nothing is installed', async () => {
  const cwd = directoryWith(files)
  writeFileSync(join(cwd, 'text.wasm'), 'hello')
  mkdirSync(join(cwd, 'empty'))
  symlinkSync(join(markdown, 'markdown.wasm'), join(cwd, '9.wasm'))
  await whileRunning(cwd, async () => {
    for (const [args, said] of [
      [['install', 'nowhere.wasm'], /there is no nowhere\.wasm \[PLUGIN_FILE\]\n {2}→ Give the \.wasm file/],
      [['install', 'empty'], /empty holds no \.wasm file/],
      [['install', 'text.wasm'], /this is no WebAssembly component \[PLUGIN_NO_COMPONENT\]/],
      [['install', '9.wasm'], /"9" cannot be the name of a plugin \[PLUGIN_NAME\]\n {2}→ .*--name/],
      [['update', 'markdwon', '9.wasm'], /there is no plugin "markdwon"/],
      [['remove', 'markdown'], /there is no plugin "markdown"/],
      [['install'], /component/],
    ] as const) {
      const ended = await here(['plugin', ...args], { cwd })
      assert.ok(ended.code !== 0, args.join(' '))
      assert.match(ended.err, said)
      assertPlain(ended)
    }
    assert.equal(JSON.parse((await here(['plugin', 'list', '--json'], { cwd })).out).plugins, [])
  })
})

test('an install that is interrupted leaves nothing behind that is in the way', async () => {
  const cwd = directoryWith(files)
  const install = start(['plugin', 'install', markdown], { cwd })
  while (readNote(join(cwd, '.wippy'))?.phase !== 'command') {
    assert.is(install.child.exitCode, null)
    await setImmediate()
  }
  install.child.kill('SIGINT')
  const { code, out, err } = await install.ended
  assert.equal([code, out, err], [130, '', 'Nothing was changed.\n'])
  assert.match((await here(['plugin', 'list'], { cwd })).out, /No plugin is installed/)
})

test('without a node it is stored, and there at the next start', async () => {
  const cwd = directoryWith(files)
  const none = await here(['plugin', 'list'], { cwd })
  assert.equal([none.code, none.out], [0, 'No plugin is installed. To install one: wippy plugin install FILE\n'])
  const denied = await here(['plugin', 'install', markdown, '--allow', 'everything'], { cwd })
  assert.match(denied.err, /"everything" is not a permission \[PLUGIN_GRANT\]/)
  const installed = await wippy(['plugin', 'install', markdown, '--allow', 'clock'], { cwd })
  assert.equal([installed.code, installed.err], [0, 'No node runs here: this is about what is stored, and holds from the next start on.\n'])
  assert.match(installed.out, /to-html +\(source: string, options: option<options>\) → string/)
  const asked = await wippy(['run', 'ask', 'plugins.markdown:to-html', '*hi*'], { cwd })
  assert.equal([asked.code, asked.out], [0, '<p><em>hi</em></p>\n\tnil\n'], asked.err)
  const taken = await here(['plugin', 'permissions', 'markdown', '--none', '--json'], { cwd })
  assert.equal(JSON.parse(taken.out).allow, [])
  const removed = await here(['plugin', 'remove', 'markdown'], { cwd })
  assert.match(removed.out, /^markdown was removed; the registry is at v\d+\n$/)
  const elsewhere = await here(['plugin', 'list'], { cwd: directoryWith({ '.keep': '' }) })
  assert.equal([elsewhere.code, /there is no wippy app/.test(elsewhere.err)], [4, true], elsewhere.err)
})

test.run()
