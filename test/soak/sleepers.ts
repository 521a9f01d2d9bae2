// node --expose-gc test/soak/sleepers.ts [COUNT] [LOADED]: what workflows that sleep cost. COUNT of them lie on the disk, a million unless told
// otherwise: how long a node takes to start with them, what it holds, and whether it wakes the few that are due. LOADED of them, 2,000, are
// kept in memory: what each of them holds there.

import { workflowsOf } from '../../src/app/workflows.ts'
import { start, startIn } from '../support/app.ts'
import { ended, HOST } from '../workflow/app.ts'
import { asleep, begin, multiply, sleeper } from '../workflow/sleepers.ts'

const DUE = 10
const KIB = 1024

const [count = 1_000_000, loaded = 2000] = process.argv.slice(2).map(Number)
const collect = globalThis.gc ?? (() => {})
const held = (): { readonly own: number; readonly resident: number } => {
  collect()
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { own: heapUsed + external, resident: rss }
}
const inMemory = async (): Promise<void> => {
  const app = await start({ ...HOST, sleeper }, { set: [`workflow.kept=${2 * loaded}`] })
  const sleepers = async (name: string): Promise<void> => {
    for (let from = 0; from < loaded; from += 100) {
      const ids = Array.from({ length: 100 }, (_, n) => `${name}-${from + n}`)
      await Promise.all(ids.map((id) => begin(app, id)))
      await Promise.all(ids.map((id) => asleep(app, id)))
    }
  }
  await sleepers('first') // after them the hot instances of the node are all taken
  const before = held()
  await sleepers('second')
  const after = held()
  const [own, resident] = [(after.own - before.own) / loaded / KIB, (after.resident - before.resident) / loaded / KIB]
  console.log(`${loaded} in memory: ${own.toFixed(1)} KiB each, ${resident.toFixed(1)} KiB with what is mapped of the disk`)
  if (own > 12) process.exitCode = 1
  await app.node.stop({ now: true })
}

const onDisk = async (): Promise<void> => {
  const first = await start({ ...HOST, sleeper })
  await begin(first, 'template')
  await asleep(first, 'template')
  await first.node.stop({ now: true })
  await multiply(first.root, count, DUE)
  const before = held()
  const begun = performance.now()
  const app = await startIn(first.root)
  const startMs = performance.now() - begun
  for (let n = 0; n < DUE; n++) await ended(app, `s-${n}`)
  const wokenMs = performance.now() - begun
  const more = (held().own - before.own) / KIB / KIB
  console.log(
    `${count} on the disk: the node starts in ${startMs.toFixed(0)} ms, ${DUE} that are due have ended after ${wokenMs.toFixed(0)} ms`,
  )
  console.log(`it holds ${more.toFixed(0)} MiB more than before, ${((more * KIB * KIB) / count).toFixed(0)} bytes for each`)
  const found = performance.now()
  await begin(app, 'one-more')
  const rows = await workflowsOf(app.node.parts).engine.list({ startedFromMs: Date.now() - 5000, limit: 10 })
  console.log(`one more starts, and the newest are found, in ${(performance.now() - found).toFixed(0)} ms (${rows.length} found)`)
  await app.node.stop({ now: true })
}

await inMemory()
await onDisk()
