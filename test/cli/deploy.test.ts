// wippy deploy, and wippy registry apply and rollback, on a node that runs.

import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, index, type Running, wippy } from './command.ts'
import { here } from './here.ts'
import { whileRunning } from './running.ts'

const test = suite('changes of a running node')

// The keeper calls app:price again whenever it is changed, and says what it gives.
const ENTRIES = `  - name: processes
    kind: process.host
  - name: keeper
    kind: process.lua
    source: file://keeper.lua
    modules: [logger, events, funcs]
  - name: keepers
    kind: process.service
    process: app:keeper
    host: app:processes
    lifecycle: { auto_start: true, stop_timeout: 20ms }
  - name: caller
    kind: process.lua
    source: file://caller.lua
    modules: [funcs, logger, time]
  - name: callers
    kind: process.service
    process: app:caller
    host: app:processes
    lifecycle: { auto_start: true, stop_timeout: 25s }
  - name: price
    kind: function.lua
    source: file://price.lua
  - name: note
    kind: registry.entry
    text: from the file
`
const KEEPER = `return function()
  local commits = require("events").subscribe("registry", "registry.commit"):channel()
  while true do
    require("logger"):info("price " .. tostring(require("funcs").call("app:price")))
    commits:receive()
  end
end
`
// Twenty coroutines that call app:price all the time. It says what they have got as soon as all have got the same anew.
const CALLER = `local funcs, time, logger = require("funcs"), require("time"), require("logger")
local CALLERS = 20
return function()
  local stopped, got, known, lost, done = false, {}, {}, 0, channel.new(CALLERS)
  local function tell(value)
    for n = 1, CALLERS do if got[n] ~= value then return end end
    if known.last == value then return end
    logger:info("callers have " .. value .. (known[value] and " again" or ""))
    known.last, known[value] = value, true
  end
  for n = 1, CALLERS do
    coroutine.spawn(function()
      while not stopped do
        local value, err = funcs.call("app:price")
        if err or not value then lost = lost + 1 end
        got[n] = value
        tell(value)
        time.sleep("1ms")
      end
      done:send(true)
    end)
  end
  process.events():receive()
  stopped = true
  for _ = 1, CALLERS do done:receive() end
  logger:info(lost == 0 and "every call was answered" or lost .. " calls: was lost")
end
`
const price = (value: number) => `return function() return ${value} end\n`
const FILES = { 'src/_index.yaml': index(ENTRIES), 'src/keeper.lua': KEEPER, 'src/caller.lua': CALLER, 'src/price.lua': price(100) }
const NOTE = (text: string) => `namespace: app\nentries:\n  - { name: note, kind: registry.entry, text: ${text} }\n`

const running = (act: (cwd: string, node: Running) => Promise<void>, more: Readonly<Record<string, string>> = {}): Promise<void> => {
  const cwd = directoryWith({ ...FILES, ...more })
  return whileRunning(cwd, (node) => act(cwd, node), { said: 'price 100' })
}

const said = async (cwd: string, ...args: string[]): Promise<string> => {
  const ended = await here(args, { cwd })
  assert.equal([ended.code, ended.err], [0, ''], args.join(' '))
  return ended.out
}
const refused = async (code: number, cwd: string, ...args: string[]): Promise<Ended> => {
  const ended = await here(args, { cwd })
  assert.is(ended.code, code, `${args.join(' ')}: ${ended.err}`)
  assertPlain(ended)
  return ended
}
const textOf = (cwd: string) => said(cwd, 'registry', 'show', 'app:note', '-f', 'text')

test('a change goes through the node: it is live, has an author and a message, and is gone back from', () =>
  running(async (cwd, node) => {
    writeFileSync(join(cwd, 'more.yaml'), `namespace: app\nentries:\n  - { name: price, kind: function.lua, source: file://new.lua }\n`)
    writeFileSync(join(cwd, 'new.lua'), price(120))
    assert.is(await said(cwd, 'registry', 'apply', 'more.yaml', '-m', 'dearer'), 'v1: 1 entry changed\n')
    await node.said('price 120')
    assert.match(await said(cwd, 'registry', 'history'), /^v1 +current +v0 .* operator +~app:price +dearer$/m)
    assert.is(await said(cwd, 'registry', 'rollback', 'v0'), 'from v1 to v0\n')
    assert.match(await said(cwd, 'registry', 'list'), /at v0$/m)
    assert.is(await said(cwd, 'registry', 'rollback', 'v1'), 'from v0 to v1\n')
    assert.match(await said(cwd, 'registry', 'list'), /at v1$/m)
    assert.is(await said(cwd, 'registry', 'apply', '--delete', 'app:note', '--author', 'jo'), 'v2: 1 entry changed\n')
    assert.match(await said(cwd, 'registry', 'history'), /^v2 +current +v1 .* jo +-app:note$/m)
  }))

test('a change that a handler refuses says why and where, and nothing of it happens', () =>
  running(async (cwd) => {
    writeFileSync(join(cwd, 'broken.lua'), 'return function()\n  return 1 +\nend\n')
    writeFileSync(
      join(cwd, 'more.yaml'),
      `${NOTE('changed')}  - { name: price, kind: function.lua, source: file://broken.lua }\n  - { name: odd, kind: no.such }\n`,
    )
    const broken = await refused(3, cwd, 'registry', 'apply', 'more.yaml')
    assert.match(broken.err, /broken\.lua:\d+|more\.yaml:5/)
    assert.is(await textOf(cwd), 'from the file\n')
    assert.match(await said(cwd, 'registry', 'list'), /at v0$/m)
    writeFileSync(join(cwd, 'more.yaml'), NOTE('changed'))
    await said(cwd, 'registry', 'apply', 'more.yaml', '--base', 'v0')
    writeFileSync(join(cwd, 'more.yaml'), NOTE('other'))
    assert.match(
      (await refused(9, cwd, 'registry', 'apply', 'more.yaml', '--base', 'v0')).err,
      /"app:note" has changed since v0.*\[CONFLICT\]/,
    )
    assert.match((await refused(4, cwd, 'registry', 'rollback', 'v7')).err, 'VERSION_NOT_FOUND')
  }))

test('a folder is deployed as one version, after a look at what it would change', () =>
  running(async (cwd, node) => {
    assert.is(await said(cwd, 'deploy', 'src'), 'no difference: v0 says what the files say\n')
    cpSync(join(cwd, 'src'), join(cwd, 'release'), { recursive: true })
    const index = FILES['src/_index.yaml'].replace(/ {2}- name: note[\s\S]*$/, '  - { name: extra, kind: registry.entry }\n')
    writeFileSync(join(cwd, 'release/_index.yaml'), index)
    writeFileSync(join(cwd, 'release/price.lua'), price(120))
    const dry = await said(cwd, 'deploy', 'release', '--dry-run')
    assert.match(
      dry,
      /^created app:extra$[\s\S]*^deleted app:note$[\s\S]*^changed app:price$[\s\S]*^- .*return 100[\s\S]*^\+ .*return 120/m,
    )
    assert.match(dry, /^v0 stays; 3 entries would change$/m)
    assert.is(await textOf(cwd), 'from the file\n')
    const deployed = await said(cwd, 'deploy', 'release', '-m', 'new prices')
    assert.is(deployed, 'created app:extra\ndeleted app:note\nchanged app:price\nv1: 3 entries changed\n')
    await node.said('price 120')
    assert.match(await said(cwd, 'registry', 'history'), /^v1 +current +v0 .* operator +\+1 ~1 -1 +new prices$/m)
    assert.is(await said(cwd, 'rollback'), 'from v1 to v0\n')
    assert.is(await textOf(cwd), 'from the file\n')
    assert.match((await refused(4, cwd, 'rollback')).err, 'there is nothing before v0')
  }))

test('what cannot run is refused before anything changes, in a dry run too', () =>
  running(async (cwd) => {
    const deployed = (...flags: string[]) => refused(3, cwd, 'deploy', 'src', ...flags)
    writeFileSync(join(cwd, 'src/_index.yaml'), FILES['src/_index.yaml'].replace('from the file', 'changed'))
    writeFileSync(join(cwd, 'src/price.lua'), 'return function()\n  return 1 +\nend\n')
    for (const flags of [['--dry-run'], []]) assert.match((await deployed(...flags)).err, /^src\/price\.lua:3.*\[LUA_SYNTAX\]/m)
    assert.is(await textOf(cwd), 'from the file\n')
    writeFileSync(join(cwd, 'src/_index.yaml'), 'namespace: app\nentries: 1\n')
    assert.match((await deployed()).err, /^src\/_index\.yaml:2.*\[ENTRIES_NOT_LIST\]/m)
    assert.match((await refused(3, cwd, 'deploy', 'nowhere')).err, 'SOURCE_DIR_MISSING')
    assert.match(await said(cwd, 'registry', 'history'), /^v0 +current/m)
  }))

test('types that do not fit are told with a change', () =>
  running(async (cwd, node) => {
    writeFileSync(join(cwd, 'src/price.lua'), 'local n: number = "120"\nreturn function() return n end\n')
    const told = await refused(0, cwd, 'deploy', 'src')
    assert.match(told.err, /^warning: src\/price\.lua:1:19.*"120" is not assignable to number.*\[E0001\]$/m)
    await node.said('price 120')
    const { types } = JSON.parse(await said(cwd, 'deploy', 'src', '--json'))
    assert.equal(types, [])
  }))

test('what types say of modules that come along is one line, and all of it for programs', () =>
  running(
    async (cwd) => {
      const theirs = (text: string) =>
        writeFileSync(join(cwd, 'mod/theirs.lua'), `local a: number = "${text}"\nlocal b: string = 1\nreturn { a = a, b = b }\n`)
      theirs('one')
      const told = await refused(0, cwd, 'deploy', '--dry-run')
      assert.is(told.err, '2 warnings about types in modules (org.mod); "wippy check --modules" shows them\n')
      assert.match(told.out, /^changed org\.mod:theirs$/m)
      const { types } = JSON.parse(await said(cwd, 'deploy', '--json'))
      assert.equal(
        types.map(({ code, where }: { code: string; where: { entry: string } }) => [code, where.entry]),
        [
          ['E0001', 'org.mod:theirs'],
          ['E0001', 'org.mod:theirs'],
        ],
      )
      theirs('two')
      assert.match((await refused(0, cwd, 'deploy')).err, /^2 warnings about types in modules \(org\.mod\)/)
    },
    {
      'wippy.lock': 'directories: { src: ./src }\nreplacements: [{ from: org/mod, to: ./mod }]\n',
      'mod/_index.yaml': 'namespace: org.mod\nentries:\n  - { name: theirs, kind: library.lua, source: file://theirs.lua }\n',
      'mod/theirs.lua': 'return {}\n',
    },
  ))

test('what was made at run time stays, and what a folder imports may be on the node', () =>
  running(async (cwd) => {
    const parts = {
      'part/_index.yaml': `namespace: part\nentries:\n  - { name: f, kind: function.lua, source: file://f.lua, imports: { p: "app:price" } }\n`,
      'part/f.lua': 'return function() return require("p")() end\n',
    }
    for (const [path, text] of Object.entries(parts))
      cpSync(join(directoryWith({ [path]: text }), 'part'), join(cwd, 'part'), { recursive: true })
    assert.is(await said(cwd, 'deploy', 'part'), 'created part:f\nv1: 1 entry changed\n')
    writeFileSync(join(cwd, 'part/_index.yaml'), parts['part/_index.yaml'].replace('app:price', 'app:nothing'))
    assert.match((await refused(3, cwd, 'deploy', 'part')).err, /^part\/_index\.yaml:3.*imports "app:nothing".*\[IMPORT_MISSING\]/m)
    assert.match(await said(cwd, 'registry', 'list', '--json'), /"id": "app:note"/)
  }))

test('of two deploys at once one wins, and the other is told', () =>
  running(async (cwd) => {
    const versions = ['a', 'b', 'c', 'd']
    for (const [at, name] of versions.entries()) {
      cpSync(join(cwd, 'src'), join(cwd, name), { recursive: true })
      writeFileSync(join(cwd, name, 'price.lua'), price(200 + at))
    }
    const ended = await Promise.all(versions.map((name) => wippy(['deploy', name, '-m', name], { cwd })))
    const codes = ended.map(({ code }) => code)
    assert.ok(
      codes.every((code) => code === 0 || code === 9),
      codes.join(),
    )
    const { length } = codes.filter((code) => code === 0)
    assert.ok(length >= 1)
    for (const { err } of ended.filter(({ code }) => code === 9)) assert.match(err, /"app:price" has changed since v\d+.*\[CONFLICT\]/)
    assert.is(JSON.parse(await said(cwd, 'registry', 'history', '--json')).versions.length, 1 + length)
  }))

test('a changed function is called by everybody soon after a deploy, and no call is lost', () =>
  running(async (cwd, node) => {
    const seen: number[] = []
    const plain: number[] = [] // of a command that only looks
    for (let value = 200; value < 205; value++) {
      const asked = performance.now()
      await said(cwd, 'registry', 'history')
      plain.push(performance.now() - asked)
      writeFileSync(join(cwd, 'src/price.lua'), price(value))
      const began = performance.now()
      await said(cwd, 'deploy')
      await node.said(`callers have ${value}`)
      seen.push(performance.now() - began)
    }
    assert.ok(
      Math.min(...seen) < Math.max(2000, 10 * Math.min(...plain)),
      `it took ${seen.map(Math.round)} ms, and a plain command ${plain.map(Math.round)}`,
    )
    writeFileSync(join(cwd, 'src/price.lua'), 'return function() return 1 + end')
    await refused(3, cwd, 'deploy')
    assert.is(await said(cwd, 'rollback'), 'from v5 to v4\n')
    await node.said('callers have 203 again')
    node.child.kill('SIGTERM')
    const { err } = await node.ended
    assert.match(err, /every call was answered/)
    assert.not.match(err, /was lost/)
  }))

test('without a node there is nowhere to deploy to', async () => {
  const cwd = directoryWith(FILES)
  assert.match((await refused(7, cwd, 'deploy', 'src')).err, /no node can be reached.*\[NO_NODE\]/)
})

test.run()
