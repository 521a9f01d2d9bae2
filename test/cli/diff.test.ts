import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { index, wippy } from './command.ts'

const test = suite('wippy diff')

const LINES = Array.from({ length: 12 }, (_, at) => `local v${at} = ${at}`)
const source = (lines: readonly string[]) => `${lines.join('\n')}\nreturn function() end\n`
const ENTRIES = '  - { name: f, kind: function.lua, source: file://f.lua }\n'

test('without a node it compares with what is stored, and shows the lines around a change', async () => {
  const cwd = directoryWith({
    'src/_index.yaml': index(ENTRIES),
    'src/f.lua': source(LINES),
    'next/_index.yaml': index(`${ENTRIES}  - { name: more, kind: registry.entry, text: new }\n`),
    'next/f.lua': source(LINES.with(5, 'local v5 = 50')),
  })
  const same = await wippy(['diff'], { cwd })
  assert.equal([same.code, same.out, same.err], [0, 'no difference: v0, which is stored, says what the files say\n', ''])
  const { code, out } = await wippy(['diff', 'next'], { cwd })
  assert.is(code, 0)
  assert.match(
    out,
    /^changed app:f\n@@ -8,7 \+8,7 @@\n {5}local v2 = 2\n {5}local v3 = 3\n {5}local v4 = 4\n- {4}local v5 = 5\n\+ {4}local v5 = 50\n {5}local v6 = 6\n {5}local v7 = 7\n {5}local v8 = 8\n\n/m,
  )
  assert.match(out, /^created app:more\n@@ -0,0 \+1,\d+ @@\n\+id: app:more\n/m)
  assert.match(out, /^2 entries would change: v0, which is stored$/m)
  const { $type, base, running, changes } = JSON.parse((await wippy(['diff', 'next', '--json'], { cwd })).out)
  assert.equal([$type, base, running, changes[0].change, changes[0].id], ['diff', 0, false, 'changed', 'app:f'])
  assert.match(changes[0].diff, /^@@ [\s\S]*\n\+ {4}local v5 = 50\n/)
})

test('what cannot be read is said, and nothing is compared', async () => {
  const cwd = directoryWith({ 'src/_index.yaml': index(ENTRIES), 'src/f.lua': source(LINES) })
  writeFileSync(join(cwd, 'src/_index.yaml'), 'namespace: app\nentries: 1\n')
  const ended = await wippy(['diff'], { cwd })
  assert.equal([ended.code, ended.out], [3, ''])
  assert.match(ended.err, 'ENTRIES_NOT_LIST')
  assert.is((await wippy(['diff', 'nowhere'], { cwd })).code, 3)
})

test.run()
