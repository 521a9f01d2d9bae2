// Families of child workflows, deep and wide, and how long they take and what they hold.

import { workflowsOf } from '../../src/app/workflows.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { hasEnded } from '../../src/workflow/engine.ts'
import { start, type TestApp } from '../support/app.ts'
import { HOST, workflow } from './app.ts'

const DEEP = workflow(`
  local depth = ...
  if depth == 0 then return 0 end
  local below, err = workflow.exec('app:deep', depth - 1)
  if err then error(err) end
  return below + 1`)

// Each child waits for a sign, so that all of them are there at once.
const WIDE = workflow(`
  local count, events = ..., process.events()
  local children = {}
  for i = 1, count do children[i] = assert(process.spawn('app:leaf', 'app:workflows', i)) end
  for _, child in ipairs(children) do assert(process.send(child, 'go', 1)) end
  local sum = 0
  for _ = 1, count do
    local event = events:receive()
    if event.result.error then error(event.result.error) end
    sum = sum + event.result.value
  end
  return sum`)

const LEAF = workflow(`local number = ... process.inbox():receive() return number`)

export type Chained = { readonly value: unknown; readonly ms: number; readonly peakBytes: number; readonly workflows: number }

const LOOK_MS = 20

const measured = async (app: TestApp, name: string, size: number): Promise<Chained> => {
  const workflows = workflowsOf(app.node.parts)
  const { engine } = workflows
  let peakBytes = 0
  const begun = performance.now()
  await workflows.start(`app:${name}`, 'app:workflows', encodeAll([size]), 'root')
  for (;;) {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
    const { status, card } = (await engine.head('root'))!
    if (hasEnded(status)) {
      const ms = performance.now() - begun
      return { value: decodeAll(cardOf(card).result!)[0], ms, peakBytes, workflows: (await engine.list({ limit: 1_000_000 })).length }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** A line of workflows, each the child of the one before; or one with as many children. */
export const chain = async (shape: 'deep' | 'wide', size: number, kept = 1000): Promise<Chained> => {
  const app = await start({ ...HOST, deep: DEEP, wide: WIDE, leaf: LEAF }, { set: [`workflow.kept=${kept}`] })
  try {
    return await measured(app, shape, size)
  } finally {
    await app.node.stop({ now: true })
  }
}
