// node test/soak/resume.ts [STEPS] [ROUNDS]: a workflow of many steps is made to go on as quickly as one of 100, and far more quickly than by
// running all of its steps again. Both are in LMDB, with the checkpoints of a node that runs with its defaults.

import { workflowsOf } from '../../src/app/workflows.ts'
import { workshopOn } from '../../src/app/workshop.ts'
import type { Head } from '../../src/workflow/engine.ts'
import { rebuild, type Workshop } from '../../src/workflow/rebuild.ts'
import { func, start, startIn, type TestApp } from '../support/app.ts'
import { HOST, spawn, workflow } from '../workflow/app.ts'

const FEW = 100
const [many = 20_000, rounds = 15] = process.argv.slice(2).map(Number)

/** Keeps what it heard last, and as much of it whatever its age. */
const STEPPER = workflow(`
  local most, last = ..., {}
  for i = 1, most do
    last[i % 50] = { step = i, answer = funcs.call('app:answer', i) }
  end
  process.inbox():receive()`)

const made = async (app: TestApp, id: string, steps: number): Promise<Head> => {
  const { engine } = workflowsOf(app.node.parts)
  await spawn(app, 'stepper', id, String(steps))
  for (;;) {
    const head = (await engine.head(id))!
    if (head.seq >= steps + 2 && !head.active) return head
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!

/** Milliseconds until a workflow stands where its journal ends; its program is made anew, as on a node that has just begun. */
const time = async (workshop: Workshop, head: Head, isWhole: boolean): Promise<number> => {
  const begun = performance.now()
  const { body } = await rebuild(workshop, head, { isWhole })
  const ms = performance.now() - begun
  body.close()
  return ms
}

let app = await start({ ...HOST, answer: func('return function(i) return i * 2 end'), stepper: STEPPER })
try {
  await made(app, 'young', FEW)
  await made(app, 'old', many)
  await app.node.stop({ now: true })
  app = await startIn(app.root)
  const { engine } = workflowsOf(app.node.parts)
  const workshop = workshopOn(engine)
  const [young, old] = [(await engine.head('young'))!, (await engine.head('old'))!]
  const times = { young: [] as number[], old: [] as number[], whole: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.young.push(await time(workshop, young, false))
    times.old.push(await time(workshop, old, false))
    if (round % 5 === 0) times.whole.push(await time(workshop, old, true))
  }
  const [a, b, c] = [median(times.young), median(times.old), median(times.whole)]
  console.log(
    `${FEW} steps: ${a.toFixed(1)} ms; ${many} steps: ${b.toFixed(1)} ms (× ${(b / a).toFixed(2)}, at most 1.5); all of them run again: ${c.toFixed(0)} ms (× ${(c / b).toFixed(1)}, at least 20)`,
  )
  if (b > 1.5 * a || c < 20 * b) process.exitCode = 1
} finally {
  await app.node.stop({ now: true })
}
