// wippy audit: of a folder, beside a running node, and as it goes on.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, start, wippy } from './command.ts'

const test = suite('wippy audit')

const FILES = {
  'src/_index.yaml': index(`
  - name: processes
    kind: process.host
  - name: asking
    kind: security.policy
    policy: { actions: "process.*", resources: "*", effect: allow }
  - name: guest
    kind: process.lua
    source: file://guest.lua
    modules: [registry, logger]
  - name: guests
    kind: process.service
    process: app:guest
    host: app:processes
    lifecycle: { auto_start: true, security: { actor: { id: ada }, policies: [app:asking] } }
`),
  'src/guest.lua': `local registry, logger = require("registry"), require("logger")
return function()
  local _, err = registry.snapshot():changes():create({ id = "made:x", kind = "registry.entry" }):apply()
  logger:info("was told " .. err:kind())
  process.events():receive()
end
`,
  'more.yaml': `namespace: made
entries:
  - { name: note, kind: registry.entry, text: changed }
`,
}

type Told = { readonly verdict: string; readonly actor: string; readonly action: string; readonly resource: string; readonly entry: string }
const told = (out: string): string[] =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const { verdict, actor, action, resource, entry } = JSON.parse(line) as Told
      return `${verdict} ${actor} ${action} ${resource} ${entry}`
    })

test('denies and changes are told, for people and programs, beside a node and without one', async () => {
  const cwd = directoryWith(FILES)
  const none = await wippy(['audit'], { cwd })
  assert.equal([none.code, none.out], [0, 'There is nothing of that in the audit.\n'])
  const node = start(['run'], { cwd })
  try {
    await node.said('was told PermissionDenied')
    while ((await wippy(['ps'], { cwd })).code === 7);
    const following = start(['audit', '--follow', '--json', '--action', 'registry.*'], { cwd })
    await following.said('made:x')
    assert.is((await wippy(['registry', 'apply', 'more.yaml'], { cwd })).code, 0)
    await following.said('made:note')
    following.child.kill('SIGINT')
    const all = ['deny ada registry.apply made:x app:guest', 'allow operator registry.apply made:note operator']
    assert.equal(told((await following.ended).out), all)
    assert.equal(told((await wippy(['audit', '--json', '-n', '1'], { cwd })).out), all.slice(1))
  } finally {
    node.child.kill('SIGTERM')
    await node.ended
  }
  const changed = await wippy(['registry', 'apply', '--delete', 'made:note', '--author', 'jo'], { cwd })
  assert.equal([changed.code, changed.err], [0, ''])
  const denied = await wippy(['audit', '--denied', '--since', '1h'], { cwd })
  assertPlain(denied)
  assert.match(denied.out, /^time \(UTC\) +actor +action +resource +policy +by +process +times\n/)
  assert.match(
    denied.out,
    /\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +deny +ada +registry\.apply +made:x +- +app:guest +\{app:processes\|0x0000\d\}\n$/,
  )
  assert.equal(told((await wippy(['audit', '--actor', 'operator', '--json'], { cwd })).out), [
    'allow operator registry.apply made:note operator',
    'allow operator registry.apply made:note jo',
  ])
  assert.is((await wippy(['audit', '--actor', 'eve'], { cwd })).out, none.out)
  assert.match((await wippy(['audit', '--since', 'soon'], { cwd })).err, /"soon" is no time/)
  assert.is((await wippy(['audit', '--follow'], { cwd })).code, 7)
})

test.run()
