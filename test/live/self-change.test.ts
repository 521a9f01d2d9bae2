// A function comes, gets better and is taken back while the app runs: by Lua, and by files.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Swap } from '../../src/index.ts'
import { proc, start, withApp } from '../support/app.ts'

const test = suite('self-change')

const SKILL = `
  local function publish(word)
    local snapshot = registry.snapshot()
    local entry = { id = "app:skill", kind = "function.lua", data = { source = "return function() return '" .. word .. "' end" } }
    local changes = snapshot:changes()
    if snapshot:get(entry.id) then changes:update(entry) else changes:create(entry) end
    return changes:apply()
  end
  local function call()
    local result, err = funcs.call("app:skill")
    return err and err:kind() or result
  end`

test('Lua writes a function, calls it, improves it and takes it back', () =>
  withApp({}, async (app) => {
    const found = await app.eval(`${SKILL}
      local before = registry.current_version()
      local out = { call() }
      local first = publish("good")
      out[#out + 1] = call()
      publish("better")
      out[#out + 1] = call()
      registry.apply_version(first)
      out[#out + 1] = call()
      registry.apply_version(before)
      out[#out + 1] = call()
      return out`)
    assert.equal(found, ['NotFound', 'good', 'better', 'good', 'NotFound'])
  }))

test('code that may not change the registry is told so, and nothing is changed', async () => {
  const author = proc(`return function()
    local version, err = registry.snapshot()
    if version then version, err = version:changes():create{ id = "app:skill", kind = "registry.entry" }:apply() end
    logger:info("answer", { version = version == nil, kind = err and err:kind() })
    if version == nil and err:kind() == errors.PERMISSION_DENIED then return 7 end
  end`)
  const app = await start({ author }, { set: ['security.strict=true'] })
  try {
    assert.is(await app.run('app:author'), 7)
    assert.equal([app.node.registry.current.id, app.node.registry.get('app:skill')], [0, undefined])
  } finally {
    await app.node.stop({ now: true })
  }
})

test('the same by files: an entry file that comes, a save that is better, one that takes it back, and all gone', () =>
  withApp({}, async (app) => {
    const swaps: Swap[] = []
    await app.node.follow((swap) => void swaps.push(swap))
    const at = (file: string): string => join(app.root, 'src', file)
    const call = () => app.eval(`${SKILL} return call()`)
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
