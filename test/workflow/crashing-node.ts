// A node that a test kills: boots the app in a directory, and says on its output when it is up, and what every workflow ended with once
// none runs any more.

import { boot } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { cardOf } from '../../src/workflow/card.ts'
import type { PostOffice } from '../../src/workflow/post-office.ts'

const LOOK_MS = 50

const [root = '', wanted = '0'] = process.argv.slice(2)
const { config } = await loadConfig(root, { set: [], env: {} })
const node = await boot(config)
if (node.problems.length > 0) throw node.problems[0]
process.stdout.write('up\n')

const { engine } = node.scheduler.delivery.post as PostOffice
const look = async (): Promise<void> => {
  const heads = await engine.list({ limit: 100_000 })
  const parents = heads.filter(({ id }) => !id.includes('/'))
  if (parents.length < Number(wanted) || heads.some(({ status }) => status === 'running')) return void setTimeout(look, LOOK_MS)
  const results = parents.map(({ id, status, card }) => [id, status, decodeAll(cardOf(card).result!)[0]])
  process.stdout.write(`all ${JSON.stringify(results)}\n`)
}
await look()
