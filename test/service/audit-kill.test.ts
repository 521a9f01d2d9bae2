// A node that is killed while its code changes things: whatever is there afterwards has its record in the audit.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { auditOf } from '../../src/app/audit-view.ts'
import { openRegistry } from '../../src/app/stored-registry.ts'
import { loadConfig } from '../../src/config.ts'
import { index } from '../cli/command.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('audit, killed')

const ROUNDS = 6
const MOST_DONE = 4 // changes that a node is let make before its time runs
const LONGEST_MS = 120 // from then to the end

const FILES = {
  'src/_index.yaml': index(`
  - { name: file, kind: env.storage.file, file_path: ./variables.env, auto_create: true }
  - { name: turn, kind: env.variable, storage: app:file, variable: TURN, default: "0" }
  - name: changer
    kind: process.lua
    source: file://changer.lua
    modules: [env, io, registry]
`),
  'src/changer.lua': `local env, io, registry = require("env"), require("io"), require("registry")
return function()
  while true do
    local turn = tonumber(env.get("TURN")) + 1
    assert(env.set("TURN", tostring(turn)))
    local snapshot = registry.snapshot()
    local version = assert(snapshot:changes():create({ id = "made:e" .. turn, kind = "registry.entry" }):apply())
    io.print("done", version:id(), turn)
  end
end
`,
}

/** What a node said before it was killed, some time after so many changes. */
const live = async (root: string, changes: number): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'audited-node.ts'), root], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
    if (said.split('\n').length > changes) resolve()
  })
  const gone = once(child, 'close')
  await Promise.race([enough, gone])
  await setTimeout(Math.random() * LONGEST_MS)
  child.kill('SIGKILL')
  const [code] = await gone
  assert.is(code, null, 'it was killed, and did not end by itself')
  return said.split('\n').slice(0, -1)
}

test('killed at any moment, nothing that was changed lacks its record', async () => {
  const root = directoryWith(FILES)
  const { config } = await loadConfig(root, { env: {} })
  const acknowledged = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of await live(root, 1 + (round % MOST_DONE))) acknowledged.add(`made:e${line.split(/\s+/)[2]}`)
    const records = await auditOf(config.state, { limit: 10_000, verdict: 'allow' })
    const audited = new Set(records.filter(({ action }) => action === 'registry.apply').map(({ resource }) => resource))
    const { registry, close } = await openRegistry(config)
    try {
      const made = Array.from(registry.snapshot().namespace('made'), ({ id }) => id)
      for (const id of acknowledged) assert.ok(made.includes(id), `${id} was acknowledged`)
      for (const id of made) assert.ok(audited.has(id), `${id} is there, and not in the audit`)
    } finally {
      await close()
    }
    const turn = Number(/TURN="?(\d+)/.exec(readFileSync(join(root, 'variables.env'), 'utf8'))?.[1])
    const sets = records.filter(({ action }) => action === 'env.set').reduce((sum, { times }) => sum + times, 0)
    assert.ok(turn > 0 && sets >= turn, `the variable was set ${turn} times, and ${sets} are in the audit`)
  }
  assert.ok(acknowledged.size > ROUNDS, `only ${acknowledged.size} changes were made`)
})

test.run()
