// A function comes, gets better and is taken back while the app runs: by Lua with and without the right to, by TypeScript, commands and files.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Swap } from '../../src/index.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { index, start as startProgram, wippy } from '../cli/command.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type Draft, func, withApp } from '../support/app.ts'

const test = suite('self-change')

const CALL = `
  local function call()
    local result, err = funcs.call("tools:skill")
    return err and err:kind() or result
  end`
const PUBLISH = `
  local function publish(word)
    local snapshot = registry.snapshot()
    local code = "return function() local _, err = registry.get('app:agent') return '" .. word .. " ' .. tostring(err and err:kind()) end"
    local entry = { id = "tools:skill", kind = "function.lua", data = { source = "local registry = require('registry') " .. code, modules = { "registry" } } }
    local changes = snapshot:changes()
    if snapshot:get(entry.id) then changes:update(entry) else changes:create(entry) end
    return changes:apply()
  end`

const policy = (actions: unknown, resources: unknown, effect = 'allow'): Draft => ({
  kind: 'security.policy',
  policy: { actions, resources, effect },
})

/** An agent with an identity of its own, which may make tools and nothing else; and one that may only look. */
const agents = {
  agent: func(
    `${CALL} ${PUBLISH}
     return function()
       local before = registry.current_version()
       local out = { call() }
       local first = assert(publish("good"))
       out[#out + 1] = call()
       assert(publish("better"))
       out[#out + 1] = call()
       assert(registry.apply_version(first))
       out[#out + 1] = call()
       assert(registry.apply_version(before))
       out[#out + 1] = call()
       local _, err = registry.snapshot():changes():create{ id = "app:policy", kind = "security.policy", data = {} }:apply()
       out[#out + 1] = err:kind()
       return out
     end`,
  ),
  guest: func(
    `${CALL} ${PUBLISH} return function() local version, err = publish("good") return { version == nil, err and err:kind() or "made", call() } end`,
  ),
  calling: policy(['funcs.call', 'registry.get'], ['tools:*', 'app:agent']),
  making: policy(['registry.apply', 'registry.apply_version'], 'tools:*'),
}

const as = (id: string, policies: readonly string[]): string =>
  `local held = {}
   for i, name in ipairs{ ${policies.map((name) => `"app:${name}"`).join(', ')} } do held[i] = assert(security.policy(name)) end
   return funcs.new():with_actor(security.new_actor("ada")):with_scope(security.new_scope(held)):call("app:${id}")`

test('an agent that may make tools writes one, calls it, improves it and takes it back; a policy it may not make', () =>
  withApp(agents, async (app) => {
    const found = await app.eval(as('agent', ['calling', 'making']), { modules: ['funcs', 'security'] })
    // The tool runs as the agent that calls it: with its scope.
    assert.equal(found, ['NotFound', 'good nil', 'better nil', 'good nil', 'NotFound', 'PermissionDenied'])
    const audit = await app.node.parts.audit.read({ actor: 'ada' })
    assert.equal(
      audit.map(({ verdict, action, resource }) => `${verdict} ${action} ${resource}`),
      [
        'deny registry.apply app:policy',
        ...['registry.apply_version', 'registry.apply_version', 'registry.apply', 'registry.apply'].map(
          (action) => `allow ${action} tools:skill`,
        ),
      ],
    )
    assert.ok(audit.slice(1).every(({ policy, entry }) => policy === 'app:making' && entry === 'app:agent'))
  }))

test('one that may not is told so, nothing is changed, and the audit has it', () =>
  withApp(agents, async (app) => {
    const found = await app.eval(
      `local before = registry.current_version():id()
      local function ask() ${as('guest', ['calling'])} end
      local out = ask()
      out[#out + 1] = registry.current_version():id() == before
      return out`,
      { modules: ['funcs', 'registry', 'security'] },
    )
    assert.equal(found, [true, 'PermissionDenied', 'NotFound', true])
    const [record, ...more] = await app.node.parts.audit.read({ verdict: 'deny' })
    assert.equal(
      [record?.actor, record?.action, record?.resource, record?.entry, more.length],
      ['ada', 'registry.apply', 'tools:skill', 'app:guest', 0],
    )
  }))

test('code that was made at run time may change nothing, unless it is given a scope', () =>
  withApp(agents, async (app) => {
    await app.make('app:made', { ...agents.guest, modules: ['funcs', 'registry'] })
    const alone = await app.eval('return funcs.call("app:made")')
    assert.equal(alone, [true, 'PermissionDenied', 'PermissionDenied'])
    const held = await app.eval(as('made', ['calling', 'making']), { modules: ['funcs', 'security'] })
    assert.equal(held, [false, 'made', 'good nil'])
    assert.ok(app.node.registry.get('tools:skill'))
  }))

test('the same from TypeScript', () =>
  withApp({}, async (app) => {
    const { registry } = app.node
    const call = () => app.eval(`${CALL} return call()`)
    const skill = (word: string) =>
      makeEntry({ id: 'tools:skill', kind: 'function.lua', data: { source: `return function() return "${word}" end` } })
    const begin = registry.current.id
    const found = [await call()]
    const first = await registry.apply([{ kind: 'entry.create', entry: skill('good') }], { author: 'jo', message: 'a skill' })
    found.push(await call())
    await registry.apply([{ kind: 'entry.update', entry: skill('better') }], { author: 'jo', base: registry.current.id })
    found.push(await call())
    await registry.applyVersion(first.id)
    found.push(await call())
    await registry.applyVersion(begin)
    found.push(await call())
    assert.equal(found, ['NotFound', 'good', 'better', 'good', 'NotFound'])
  }))

const KEEPER = `local funcs, logger, time = require("funcs"), require("logger"), require("time")
return function()
  local latest, times = "", 0
  while true do
    local result, err = funcs.call("tools:skill")
    local now = err and err:kind() or result
    if now ~= latest then
      latest, times = now, times + 1
      logger:info(("it says %s, %d"):format(now, times))
    end
    time.sleep("5ms")
  end
end
`
const ENTRIES = `
  - { name: processes, kind: process.host }
  - { name: keeper, kind: process.lua, source: file://keeper.lua, modules: [funcs, logger, time] }
  - { name: keepers, kind: process.service, process: app:keeper, host: app:processes, lifecycle: { auto_start: true } }
`

test('the same from the command line', async () => {
  const skill = (word: string): string =>
    `namespace: tools\nentries:\n  - { name: skill, kind: function.lua, source: 'return function() return "${word}" end' }\n`
  const cwd = directoryWith({
    ...{ 'src/_index.yaml': index(ENTRIES), 'src/keeper.lua': KEEPER },
    ...{ 'good.yaml': skill('good'), 'better.yaml': skill('better') },
  })
  const node = startProgram(['run'], { cwd })
  const done = async (...args: string[]): Promise<void> => {
    const { code, err } = await wippy(['registry', ...args], { cwd })
    assert.equal([code, err], [0, ''], args.join(' '))
  }
  try {
    await node.said('it says NotFound, 1')
    while ((await wippy(['ps'], { cwd })).code === 7);
    await done('apply', 'good.yaml')
    await node.said('it says good, 2')
    await done('apply', 'better.yaml')
    await node.said('it says better, 3')
    await done('rollback')
    await node.said('it says good, 4')
    await done('rollback')
    await node.said('it says NotFound, 5')
  } finally {
    node.child.kill('SIGTERM')
  }
  const { out, err } = await node.ended
  const words = (out + err).match(/(?<=it says )\w+/g)
  assert.equal(words, ['NotFound', 'good', 'better', 'good', 'NotFound'])
})

test('the same by files: an entry file that comes, a save that is better, one that takes it back, and all gone', () =>
  withApp({}, async (app) => {
    const swaps: Swap[] = []
    await app.node.follow((swap) => void swaps.push(swap))
    const at = (file: string): string => join(app.root, 'src', file)
    const call = () => app.eval(`${CALL.replace('tools:', 'app:')} return call()`)
    const after = async (act: () => void) => {
      const count = swaps.length
      act()
      await app.until(() => swaps.length > count, 'a swap')
      assert.equal(swaps.at(-1)!.problems, [])
      return call()
    }
    const code = (word: string): string => `return function() return "${word}" end`
    const come = () => {
      writeFileSync(at('skill.lua'), code('good'))
      writeFileSync(at('skill.yaml'), 'namespace: app\nname: skill\nkind: function.lua\nsource: file://skill.lua\n')
    }
    const found = [
      await call(),
      await after(come),
      await after(() => writeFileSync(at('skill.lua'), code('better'))),
      await after(() => writeFileSync(at('skill.lua'), code('good'))),
      await after(() => rmSync(at('skill.yaml'))),
    ]
    assert.equal(found, ['NotFound', 'good', 'better', 'good', 'NotFound'])
    assert.equal(
      swaps.map(({ operations }) => operations.map(({ kind }) => kind)),
      [['entry.create'], ['entry.update'], ['entry.update'], ['entry.delete']],
    )
  }))

test.run()
