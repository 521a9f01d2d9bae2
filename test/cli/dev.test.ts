import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, type Running, start } from './command.ts'

const test = suite('wippy dev')

const APP = index(`
  - name: processes
    kind: process.host
  - name: word
    kind: function.lua
    source: file://word.lua
  - name: speaker
    kind: process.lua
    modules: [funcs, logger, time]
    source: |
      return function()
        local last
        while true do
          local word = require("funcs").call("app:word")
          if word ~= last then require("logger"):info("it says " .. word) end
          last = word
          require("time").sleep("5ms")
        end
      end
  - name: service
    kind: process.service
    process: app:speaker
    host: app:processes
    lifecycle: { auto_start: true, stop_timeout: 20ms }
`)

const says = (word: string) => `return function() return "${word}" end`

/** Runs a command in an app of its own until `act` is done with it. */
const during = async (
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  act: (app: Running, write: (path: string, text: string) => void, cwd: string) => Promise<void>,
  code = 0,
) => {
  const cwd = directoryWith({ 'src/_index.yaml': APP, 'src/word.lua': says('one'), ...files })
  const app = start(args, { cwd })
  try {
    await act(app, (path, text) => writeFileSync(join(cwd, path), text), cwd)
  } finally {
    app.child.kill('SIGINT')
  }
  const ended = await app.ended
  assert.is(ended.code, code)
  assertPlain(ended)
  return ended
}

test('what is saved runs, and is said with its entries, version and time', async () => {
  const { err } = await during(['dev'], {}, async (app, write) => {
    await app.said('it says one')
    write('src/word.lua', says('two'))
    await app.said('it says two')
    write('src/_index.yaml', `${APP}  - { name: more, kind: registry.entry }\n`)
    await app.said('new app:more')
  })
  assert.match(err, /^v1 in \d+ ms: changed app:word$/m)
  assert.match(err, /^v2 in \d+ ms: new app:more$/m)
})

test('a mistake is shown with its place, and what ran runs on', async () => {
  const { err } = await during(['dev'], {}, async (app, write) => {
    await app.said('it says one')
    write('src/word.lua', 'return function(\n')
    await app.said('runs on')
    write('src/word.lua', says('three'))
    await app.said('it says three')
  })
  assert.match(err, /^src\/word\.lua:2:1: expected .* \[LUA_SYNTAX\]\n(.*\n)*.*\^.*\n(.*\n)?nothing was changed: v0 runs on$/m)
})

test('what is wrong at the start may be mended while it runs', async () => {
  const act = async (app: Running, write: (path: string, text: string) => void): Promise<void> => {
    await app.said('LUA_SYNTAX')
    write('src/word.lua', says('mended'))
    await app.said('it says mended')
  }
  await during(['dev'], { 'src/word.lua': 'return +' }, act, 3)
})

test('wippy run takes no saves in, unless it is told to', async () => {
  const quiet = await during(['run'], {}, async (app, write, cwd) => {
    await app.said('it says one')
    const told = start(['run', '--watch', '--set', `state=${join(cwd, 'other')}`], { cwd })
    await told.said('it says one')
    write('src/word.lua', says('two'))
    await told.said('it says two')
    told.child.kill('SIGINT')
    assert.is((await told.ended).code, 0)
  })
  assert.not.match(quiet.err, /it says two/)
})

test.run()
