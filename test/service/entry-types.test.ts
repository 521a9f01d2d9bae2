// Types that do not fit refuse an entry where the app wants that, and are told where it does not.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { check } from '../../src/app/check.ts'
import { loadConfig } from '../../src/config.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure, func, library, withApp } from '../support/app.ts'

const test = suite('types of entries')

const ENABLED = { set: ['lua.typeSystem.enabled=true'] }
const STRICT = { set: ['lua.type_system.enabled=true', 'lua.type_system.strict=true'] } // as upstream calls them
const WRONG = 'return function(): number return "one" end'
const MAYBE = 'local function find(): { x: number }? return nil end\nlocal found = find()\nreturn function() return found.x end'
const LIB = 'local M = {}\nfunction M.double(n: number): number return n * 2 end\nreturn M'
const USER = 'local lib = require("lib")\nreturn function() return lib.double(2) end'

test('disabled, nothing is refused', async () => {
  await withApp({ wrong: func(WRONG) }, async (app) => {
    assert.equal(app.node.problems, [])
    await app.put('app:wrong', func(MAYBE))
  })
})

test('enabled, what contradicts itself is refused, with all that is wrong; what was there stays', async () => {
  await withApp(
    { good: func('return function(): number return 1 end'), other: func('return function() return 2 end') },
    async (app) => {
      const refused = await failure(
        app.put('app:good', func('local a: string = 1\nlocal b: number = "x"\nreturn function() return a .. b end')),
      )
      assert.is(refused.code, 'LUA_TYPES')
      assert.match(refused.message, 'types of "app:good" do not fit: 1 is not assignable to string (local \'a\') [E0001], and 1 more')
      assert.equal([refused.where?.line, refused.where?.column, refused.where?.entry], [1, 19, 'app:good'])
      assert.match(refused.frame!, /1 \| local a: string = 1[\s\S]*→ tostring[\s\S]*2:19: "x" is not assignable[\s\S]*2 \| local b/)
      const { diagnostics } = refused.details as { diagnostics: { entry: string; code: string; line: number }[] }
      assert.equal(
        diagnostics.map(({ entry, code, line }) => [entry, code, line]),
        [
          ['app:good', 'E0001', 1],
          ['app:good', 'E0001', 2],
        ],
      )
      assert.is(await app.eval('return funcs.call("app:good")'), 1)
      await app.put('app:other', func(MAYBE))
    },
    ENABLED,
  )
})

test('strict, what may be wrong is refused too', async () => {
  await withApp(
    {},
    async (app) => {
      const refused = await failure(app.put('app:maybe', func(MAYBE)))
      assert.match(refused.message, /'found' may be nil.*\[E0012\]/)
      assert.match((await failure(app.put('app:undefined', func('return function() return missing end')))).message, /E0002/)
    },
    STRICT,
  )
})

test('a change of a library is refused when code that imports it would not fit', async () => {
  await withApp(
    { lib: library(LIB), user: func(USER, { imports: { lib: 'app:lib' } }) },
    async (app) => {
      assert.is(await app.eval('return funcs.call("app:user")'), 4)
      const refused = await failure(app.put('app:lib', library(LIB.replace('n: number', 'n: string').replace('n * 2', '#n'))))
      assert.is(refused.where?.entry, 'app:user')
      assert.match(refused.message, "2 is not assignable to string (argument 'n' of 'lib.double')")
      assert.match((await failure(app.put('app:lib', library('return {}')))).message, "has no field 'double'")
      assert.is(await app.eval('return funcs.call("app:user")'), 4)
    },
    ENABLED,
  )
})

test('at the start, an entry that does not fit is not started, and the others are', async () => {
  await withApp(
    { wrong: func(WRONG), right: func('return function() return 1 end') },
    async (app) => {
      assert.equal(
        app.node.problems.map(({ code, where }) => [code, where?.entry]),
        [['LUA_TYPES', 'app:wrong']],
      )
      assert.is(await app.eval('return funcs.call("app:right")'), 1)
    },
    ENABLED,
  )
})

test('code that a process makes is refused as well, and it is told why', async () => {
  await withApp(
    {},
    async (app) => {
      const told = (await app.eval(`
        local changes = registry.snapshot():changes()
        changes:create({ id = "app:made", kind = "function.lua", data = { source = [[${WRONG}]] } })
        local version, err = changes:apply()
        return { refused = version == nil, text = tostring(err), code = err:details().diagnostics[1].code }
      `)) as { refused: boolean; text: string; code: string }
      assert.is(told.refused, true)
      assert.match(told.text, '"one" is not assignable to number (returned)')
      assert.is(told.code, 'E0001')
    },
    ENABLED,
  )
})

test('check says it always: as warnings, and as problems where they are', async () => {
  const root = directoryWith({
    'src/_index.yaml': `version: "1.0"
namespace: app
entries:
  - { name: wrong, kind: function.lua, source: file://wrong.lua }
  - { name: maybe, kind: function.lua, source: file://maybe.lua }
`,
    'src/wrong.lua': WRONG,
    'src/maybe.lua': MAYBE,
  })
  const codes = async (set: readonly string[]) => {
    const { problems, warnings } = await check((await loadConfig(root, { set, env: {} })).config)
    return [problems.map(({ code }) => code), warnings.map(({ code, where }) => `${code} ${where?.file}:${where?.line}`)]
  }
  assert.equal(await codes([]), [[], ['E0012 src/maybe.lua:3', 'E0001 src/wrong.lua:1']])
  assert.equal(await codes(ENABLED.set), [['LUA_TYPES'], ['E0012 src/maybe.lua:3']])
  assert.equal(await codes(STRICT.set), [['LUA_TYPES', 'LUA_TYPES'], []])
})

test('circles of imports, and libraries that cannot be read, are any', async () => {
  const { config } = await loadConfig(
    directoryWith({
      'src/_index.yaml': `version: "1.0"
namespace: app
entries:
  - { name: a, kind: library.lua, source: 'return require("b").x.y', imports: { b: 'app:b' } }
  - { name: b, kind: library.lua, source: 'return require("a").x.y', imports: { a: 'app:a' } }
  - { name: c, kind: library.lua, source: 'return (' }
  - { name: d, kind: function.lua, source: 'local n: number = require("c").x return function() return n end', imports: { c: 'app:c' } }
`,
    }),
    { env: {} },
  )
  const { warnings } = await check(config)
  assert.equal(warnings, [])
})

test.run()
