// Lua's library as the checker knows it is the one that a process has.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { luaApi, sectionsIn } from '../../../src/lua/api/api.ts'
import { standard } from '../../../src/lua/check/standard.ts'
import { decodeAll } from '../../../src/msgpack.ts'
import { proc, withApp } from '../../support/app.ts'

const test = suite("Lua's library")

/** Names of all globals, and of what is in their tables. */
const PROBE = `return function()
  local _ = table.freeze -- there for code that names it
  local found = {}
  for name, value in pairs(_G) do
    found[#found + 1] = name
    if name == "string" or name == "table" or name == "math" then
      for inner in pairs(value) do found[#found + 1] = name .. "." .. inner end
    end
  end
  return found
end`
/** In the runtime, and not for apps; or a value that types are made of. */
const OTHER = /^(?:__type|_G|_VERSION|typeof|strings|[A-Z]\w*|integer|number|boolean|coroutine\.\w+)$/

test('every global and every function of it is written down, and no other', async () => {
  const written = sectionsIn(standard).flatMap(({ name, members }) =>
    name === 'base' ? members.map((member) => member.name) : [name, ...members.map((member) => `${name}.${member.name}`)],
  )
  const api = luaApi.filter(({ sort }) => sort !== 'class').map(({ name }) => name)
  await withApp({ probe: { ...proc(PROBE), modules: [] } }, async (app) => {
    const [found] = decodeAll((await app.exit('app:probe')).payload) as [string[]]
    assert.equal(found.filter((name) => !written.includes(name) && !api.includes(name) && !OTHER.test(name)).sort(), [], 'not written down')
    assert.equal(written.filter((name) => !found.includes(name)).sort(), [], 'not there')
  })
})

test.run()
