// Run as a program by killing.ts: changes a registry without end, and says before each change what it wants, and after it that it is done.
//   node applier.ts FOLDER SEED

import { join } from 'node:path'
import { StateFolder } from '../../src/lmdb/state-folder.ts'
import { Registry } from '../../src/registry/registry.ts'
import { StoredHistory } from '../../src/registry/stored-history.ts'
import { FILES, stamped } from './killing.ts'

const [, , root = '', seed = ''] = process.argv
let state = Number(seed)
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return (state >>> 8) % below
}
const say = (word: 'wants' | 'done', version: number): void => void process.stdout.write(`${word} ${version}\n`)

const history = new StoredHistory({ state: new StateFolder(join(root, '.wippy')), root, keep: 300 })
const registry = new Registry({ history })
await registry.boot(FILES)

for (;;) {
  const { newest, oldest } = history
  if (random(6) === 0) {
    const target = Math.max(oldest, newest - random(10))
    say('wants', target)
    await registry.applyVersion(target)
    say('done', target)
  } else {
    const next = newest + 1
    say('wants', next)
    await registry.apply(stamped(next), { author: 'applier', message: `number ${next}` })
    say('done', next)
  }
}
