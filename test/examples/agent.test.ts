// The agent of examples/agent, end to end, in both protocols, over real HTTP.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ended, ROOT, wippy } from '../cli/command.ts'
import { directoryWith } from '../registry/scratch.ts'
import { freePort } from '../support/server-program.ts'

const test = suite('agent')

const MODEL_PORT = String(await freePort())

type App = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>

/** The example in a directory of its own. */
const appOf = (): App => {
  const cwd = directoryWith({})
  cpSync(join(ROOT, 'examples/agent'), cwd, { recursive: true, filter: (path) => !path.endsWith('.wippy') })
  return (args, env = {}) => wippy(args, { cwd, env: { MODEL_PORT, ...env } })
}

for (const MODEL_PROTOCOL of ['openai', 'anthropic']) {
  test(`${MODEL_PROTOCOL}: it writes a tool, tries it, keeps it, uses it, and one command takes it back`, async () => {
    const app = appOf()
    const asked = await app(['run', 'ask', 'How many vowels has "Ada Lovelace"?'], { MODEL_PROTOCOL })
    assert.equal([asked.code, asked.err], [0, ''], asked.out)
    assert.match(asked.out, /try_tool {3}"AEIOU xyz" → 0\n[\s\S]*try_tool {3}"AEIOU xyz" → 5\n/)
    assert.match(asked.out, /save_tool {2}app\.tools:vowels is there since v1\n {2}use_tool {3}vowels\("Ada Lovelace"\) → 6\n/)
    assert.match(asked.out, /agent {8}There are 6 vowels in "Ada Lovelace"\.\n$/)
    assert.is((await app(['run', 'use', 'vowels', 'AEIOU'])).out, '5\n')
    const audit = await app(['audit', '--actor', 'agent', '--json'])
    assert.match(audit.out, /"verdict":\s*"allow"[^}]*"action":\s*"registry\.apply"[^}]*"resource":\s*"app\.tools:vowels"/)
    assert.not.match(audit.out, /"deny"/)
    assert.is((await app(['rollback'])).out, 'from v1 to v0\n')
    assert.is((await app(['run', 'use', 'vowels', 'AEIOU'])).out, 'function "app.tools:vowels" not found\n')
  })

  test(`${MODEL_PROTOCOL}: what goes wrong is said`, async () => {
    const app = appOf()
    const key = await app(['run', 'ask'], { MODEL_PROTOCOL, MODEL_KEY: 'wrong' })
    assert.is(key.code, 1)
    assert.match(key.out, /failed +http:\S+ answered 401: the key is wrong: this model takes the key "local"/)
    const denied = await app(['run', '-o', 'app:saves:policy.effect=deny', 'ask'], { MODEL_PROTOCOL })
    assert.match(
      denied.out,
      /save_tool {2}permission denied: registry\.apply on "app\.tools:vowels"\nagent {8}I may not do that: permission denied/,
    )
    assert.is((await app(['run', 'use', 'vowels', 'x'])).out, 'function "app.tools:vowels" not found\n')
  })
}

test('a model that cannot be reached, and a protocol there is none of, are said', async () => {
  const app = appOf()
  assert.match(
    (await app(['run', 'ask'], { MODEL_URL: 'http://127.0.0.1:1/v1' })).out,
    /failed +the model cannot be reached at http:\/\/127\.0\.0\.1:1\/v1/,
  )
  assert.match(
    (await app(['run', 'ask'], { MODEL_PROTOCOL: 'other' })).out,
    /failed +there is no protocol other: MODEL_PROTOCOL is openai or anthropic/,
  )
})

test.run()
