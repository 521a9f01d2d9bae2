// What a program changes in the registry is there when the next one starts.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, start, wippy } from './command.ts'

const test = suite('durable registry')

const APP = {
  'src/_index.yaml': index(`
${HELLO}
  - name: put
    kind: process.lua
    source: file://put.lua
    modules: [io, registry]
  - name: get
    kind: process.lua
    source: file://get.lua
    modules: [io, registry]
`),
  'src/hello.lua': HELLO_LUA,
  'src/put.lua': `local io, registry = require("io"), require("registry")
return function(name, value)
  local changes = registry.snapshot():changes()
  local id = "app:" .. name
  local entry = { id = id, kind = "registry.entry", meta = { type = "note" }, data = { value = value } }
  if registry.get(id) then changes:update(entry) else changes:create(entry) end
  local version, err = changes:apply()
  if err then io.print(tostring(err)) return 1 end
  io.print(version:string())
  if value == "stay" then io.read(1) end
end`,
  'src/get.lua': `local io, registry = require("io"), require("registry")
return function()
  for _, entry in ipairs(registry.find({ ["meta.type"] = "note" })) do io.print(entry.id, entry.data.value) end
end`,
}

test('a run that changes nothing leaves nothing behind', async () => {
  const cwd = directoryWith(APP)
  assert.is((await wippy(['run', 'hello'], { cwd })).code, 0)
  assert.not.ok(existsSync(join(cwd, '.wippy')))
})

test('an entry made at run time is there in the next run, and the one after', async () => {
  const cwd = directoryWith(APP)
  assert.is((await wippy(['run', '-x', 'app:put', 'one', 'first'], { cwd })).out, 'v1\n')
  assert.is((await wippy(['run', '-x', 'app:put', 'two', 'second'], { cwd })).out, 'v2\n')
  assert.is((await wippy(['run', '-x', 'app:put', 'one', 'third'], { cwd })).out, 'v3\n')
  assert.is((await wippy(['run', '-x', 'app:get'], { cwd })).out, 'app:one\tthird\napp:two\tsecond\n')
  const memory = await wippy(['run', '--set', 'registry.history=memory', '-x', 'app:get'], { cwd })
  assert.equal([memory.code, memory.out], [0, ''])
})

test('a file that changed as well is reported, and what runs stays', async () => {
  const cwd = directoryWith(APP)
  const file = join(cwd, 'src/_index.yaml')
  const text = readFileSync(file, 'utf8')
  const note = (value: string) => `${text}\n  - { name: one, kind: registry.entry, meta: { type: note }, data: { value: ${value} } }\n`
  writeFileSync(file, note('file'))
  await wippy(['run', '-x', 'app:put', 'one', 'runtime'], { cwd })
  writeFileSync(file, note('changed'))
  const { code, out, err } = await wippy(['run', '-x', 'app:get'], { cwd })
  assert.equal([code, out], [0, 'app:one\truntime\n'])
  assert.match(err, /warning: src\/_index\.yaml:\d+:\d+ \(app:one\): "app:one" was changed at run time and changed in its file as well/)
})

test('beside a running node the state can be read; a change is refused with the process that owns it', async () => {
  const cwd = directoryWith(APP)
  const first = start(['run', '-x', 'app:put', 'one', 'stay'], { cwd, input: null })
  await first.said('v1')
  assert.is((await wippy(['run', '-x', 'app:get'], { cwd })).out, 'app:one\tstay\n')
  const second = await wippy(['run', '-x', 'app:put', 'two', 'x'], { cwd })
  assert.is(second.code, 1)
  assert.match(second.out, `another wippy (process ${first.child.pid}) uses this state`)
  first.child.stdin!.end('x')
  assert.is((await first.ended).code, 0)
  assert.is((await wippy(['run', '-x', 'app:put', 'two', 'x'], { cwd })).out, 'v2\n')
})

test('a run that is killed loses nothing it was told is done', async () => {
  const cwd = directoryWith(APP)
  const first = start(['run', '-x', 'app:put', 'one', 'stay'], { cwd, input: null })
  await first.said('v1')
  first.child.kill('SIGKILL')
  await first.ended
  assert.is((await wippy(['run', '-x', 'app:get'], { cwd })).out, 'app:one\tstay\n')
})

test.run()
