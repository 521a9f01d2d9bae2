// The Lua API that is written down is the one that is there.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { features } from '../../src/app/features.ts'
import { luaStubs, typescriptTypes } from '../../src/cli/lua-stubs.ts'
import { luaApi, type Section } from '../../src/lua/api/api.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { MODULES } from '../../src/registry/module-names.ts'
import { directoryWith } from '../registry/scratch.ts'
import { proc, withApp } from '../support/app.ts'
import { ROOT, wippy } from './command.ts'
import { here } from './here.ts'

const test = suite('the Lua API')

const modules = luaApi.filter(({ sort }) => sort !== 'class')
/** Other names of modules. */
const ALIASES = ['eval', 'db', 'template']
/** In the runtime, and not for apps. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  channel: ['feed'],
  errors: ['install', 'fail', 'metatable'],
  payload: ['lazy', 'metatable'],
  security: ['seal'],
  sql: ['builder.executor'],
}
/** Constants of which one stands for all. */
const GROUPS =
  /^(?:METHOD|STATUS|CONTENT|TRANSFER|ERROR|CLOSE_CODES|COMPRESSION)\.|^(?:RFC|STAMP|KITCHEN|DATE_|TYPE_|TIME_|[A-Z]+DAY$|(?:JANU|FEBRU)ARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|[A-Z]+BER$)/

const PROBE = `return function(name)
  local value = _G[name]
  if name == "logger" then return { "?", "debug", "info", "warn", "error", "with", "named" } end
  if type(value) ~= "table" then return { "?", "?" .. type(value) } end
  local found = { "?" }
  for key, inner in pairs(value) do
    local isNames = type(inner) == "table" and next(inner) ~= nil
    if isNames then for second in pairs(inner) do found[#found + 1] = key .. "." .. tostring(second) end
    else found[#found + 1] = tostring(key) end
  end
  return found
end`

const namesOf = ({ members }: Section): string[] => members.map(({ name }) => name)

test('every module of the features is there', () => {
  const known = new Set([...modules.map(({ name }) => name), ...ALIASES])
  assert.equal(
    features.flatMap(({ modules: names = [] }) => names).filter((name) => !known.has(name)),
    [],
  )
})

test('the names that an import can mean are those of the modules', () => {
  const sections = modules.map(({ name }) => name)
  assert.equal([...MODULES].sort(), [...new Set([...sections, ...ALIASES])].sort())
})

test('every function and value that a module has is written down, and no other', async () => {
  const declared = modules.filter(({ sort }) => sort === 'module').map(({ name }) => name)
  await withApp({ probe: { ...proc(PROBE), modules: declared } }, async (app) => {
    const part = (name: string, keys: readonly string[]) =>
      keys.filter((key) => !GROUPS.test(key) && !/\.__|\.\d+$/.test(key)).map((key) => `${name}.${key}`)
    const [found, written]: [string[], string[]] = [[], []]
    for (const section of modules) {
      const { name } = section
      const inner = INNER[name] ?? []
      const [[, ...keys]] = decodeAll((await app.exit('app:probe', [name])).payload) as [string[]]
      found.push(
        ...part(
          name,
          keys.filter((key) => !inner.some((one) => key === one || key.startsWith(`${one}.`))),
        ),
      )
      written.push(...part(name, namesOf(section)))
    }
    assert.equal([...found.filter((one) => !written.includes(one))], [], 'not written down')
    assert.equal([...written.filter((one) => !found.includes(one))], [], 'not there')
  })
})

test('every class that is named is written down', () => {
  const classes = new Set(luaApi.filter(({ sort }) => sort === 'class').map(({ name }) => name))
  const plain = new Set(['string', 'number', 'integer', 'boolean', 'any', 'nil', 'table', 'function', 'thread'])
  for (const { name, members } of luaApi) {
    for (const member of members) {
      for (const type of [...(member.parameters ?? []).map((one) => one.type), ...member.types]) {
        const bare = type.replace(/(?:\[\]|\?)+$/, '')
        assert.ok(classes.has(bare) || plain.has(bare), `${name}.${member.name}: ${type}`)
      }
      assert.ok(member.name !== '', `${name}: a line that cannot be read`)
    }
  }
})

test('the stubs are Lua, and the types are TypeScript', async () => {
  const files = [...luaStubs()]
  const cwd = directoryWith({ ...Object.fromEntries(files), 'lua.d.ts': typescriptTypes() })
  const entries = files.map(([name], at) => `  - { name: f${at}, kind: library.lua, source: "file://${name}" }\n`).join('')
  writeFileSync(join(cwd, '_index.yaml'), `namespace: app\nentries:\n${entries}`)
  const checked = await here(['check'], { cwd })
  assert.is(checked.code, 0, checked.err)
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--ignoreConfig', 'lua.d.ts'], {
    cwd,
  })
})

test('wippy stubs writes them, and a .luarc.json that is there stays', async () => {
  const cwd = directoryWith({ '.luarc.json': '{}' })
  assert.match((await here(['stubs'], { cwd })).out, /^\d+ files written to types\/wippy\n$/)
  assert.match(
    readFileSync(join(cwd, 'types/wippy/time.lua'), 'utf8'),
    /^---@meta time\n[\s\S]*---@return Time\nfunction time\.now\(\) end/,
  )
  assert.is(readFileSync(join(cwd, '.luarc.json'), 'utf8'), '{}')
  const fresh = directoryWith({})
  await wippy(['stubs', 'lib'], { cwd: fresh })
  assert.equal(JSON.parse(readFileSync(join(fresh, '.luarc.json'), 'utf8'))['workspace.library'], ['lib'])
})

test.run()
