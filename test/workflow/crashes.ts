// A family of workflows that does everything there is, on a node that dies at one of its writes and is started anew: what became of it, for
// who compares it with what becomes of it without a crash.

import { join } from 'node:path'
import { workflowsOf } from '../../src/app/workflows.ts'
import { workshopOn } from '../../src/app/workshop.ts'
import { Environment } from '../../src/lmdb/environment.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { type Engine, hasEnded } from '../../src/workflow/engine.ts'
import { LmdbEngine } from '../../src/workflow/lmdb.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { ORIGIN, parseChain } from '../../src/workflow/record.ts'
import { rehearse } from '../../src/workflow/rehearsal.ts'
import { Story } from '../../src/workflow/story.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type Draft, func, plain, start, type TestApp } from '../support/app.ts'
import { HOST, workflow } from './app.ts'
import { type Crash, type Crashing, crashing } from './crashing-engine.ts'

const APP: Readonly<Record<string, Draft>> = {
  ...HOST,
  effect: func(`return function(what)
    require('logger'):info('effect ' .. what .. ' ' .. require('ctx').get('idempotency_key'))
    return what .. '!'
  end`),
  child: workflow(`
    local parent, what = ...
    local said = funcs.call('app:effect', what)
    assert(process.send(parent, 'signal', said))
    time.sleep('1ms')
    return what .. ' ended'`),
  waiter: workflow(`return 'heard ' .. process.events():receive().kind`),
  main: workflow(`
    local run, told = ...
    local inbox, events = process.inbox(), process.events()
    local function tell(value) told[#told + 1] = value end
    if run == 1 then
      tell(funcs.call('app:effect', 'first'))
      time.sleep('1ms')
      tell(workflow.exec('app:child', process.pid(), 'child'))
      tell(inbox:receive():payload():data())
      local waiter = assert(process.spawn('app:waiter', 'app:workflows'))
      local canceled, err = process.cancel(waiter, 'enough')
      tell(tostring(canceled) .. tostring(err))
      local event = events:receive()
      tell(event.kind .. ' ' .. tostring(event.result.value))
      process.upgrade(nil, 2, told)
    end
    tell(funcs.call('app:effect', 'second'))
    local other = process.with_options{ ['workflow.id'] = 'other' }
    assert(other:spawn('app:child', 'app:workflows', process.pid(), 'other'))
    tell(inbox:receive():payload():data())
    tell(events:receive().result.value)
    local late = channel.select{ time.after('1h'):case_receive(), time.after('1ms'):case_receive() }
    tell(late ~= nil)
    return told`),
}

/** What became of it: the same with and without crashes. */
export type Told = {
  /** By workflow: its status and result, what it wanted, in order, and what it was given, in whatever order that came. */
  readonly workflows: Readonly<Record<string, unknown>>
  /** By what they did: under how many keys. */
  readonly effects: Readonly<Record<string, number>>
  /** Whatever is wrong by itself. */
  readonly wrong: readonly string[]
}
export type Ran = Told & { readonly lives: number; readonly writes: number; readonly repeated: number }

const SETTINGS = ['workflow.checkpoint.records=2', 'workflow.kept=1']
const MOST_LIVES = 200
const WANTED = new Set(['begins', 'asks', 'sends', 'ends', 'fails'])
const BETWEEN = new Set(['resumes', 'rests', 'tried'])

const opened = { memory: async () => ({ engine: new MemoryEngine() as Engine, close: async () => {} }), lmdb: async () => inFolder() }
export type Kind = keyof typeof opened

const inFolder = async () => {
  const env = new Environment(join(directoryWith({}), 'state'))
  return { engine: new LmdbEngine(env) as Engine, close: () => env.close() }
}

/** `crashOf` says where a life of the node ends, the first is 0; null: it goes on to the end. */
export const runWithCrashes = async (kind: Kind, crashOf: (life: number) => Crash | null, more: readonly string[] = []): Promise<Ran> => {
  const { engine, close } = await opened[kind]()
  const keys = new Map<string, string[]>()
  try {
    for (let life = 0; life < MOST_LIVES; life++) {
      const node = crashing(engine, crashOf(life))
      const isOver = await live(node, [...SETTINGS, ...more], keys)
      if (!isOver) continue
      const effects = Object.fromEntries([...keys].sort().map(([what, all]) => [what, new Set(all).size]))
      const repeated = [...keys.values()].reduce((sum, all) => sum + all.length - new Set(all).size, 0)
      return { ...(await told(engine)), effects, lives: life + 1, writes: node.writes(), repeated }
    }
    throw new Error(`not over after ${MOST_LIVES} lives`)
  } finally {
    await close()
  }
}

/** One life of a node. False when it died. */
const live = async ({ engine, dead }: Crashing, set: readonly string[], keys: Map<string, string[]>): Promise<boolean> => {
  const app = await start(APP, { journals: engine, set })
  try {
    return await app.patient(Promise.race([dead.then(() => false), toTheEnd(app, engine)]), 'the end of all workflows')
  } finally {
    await app.node.stop({ now: true })
    for (const [first, what = '', key = ''] of app.messages.map((line) => line.split(' ')))
      if (first === 'effect') keys.set(what, [...(keys.get(what) ?? []), key])
  }
}

const toTheEnd = async (app: TestApp, engine: Engine): Promise<boolean> => {
  try {
    if ((await engine.head('main')) === null)
      await workflowsOf(app.node.parts).start('app:main', 'app:workflows', encodeAll([1, []]), 'main')
    for (;;) {
      const heads = await engine.list({ limit: 100 })
      if (heads.length > 0 && heads.every(({ status }) => hasEnded(status))) return true
      await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (error) {
    if ((error as { code?: string }).code !== 'STATE_CLOSED') throw error
    return await new Promise<never>(() => {}) // it is dead, and that is told elsewhere
  }
}

const told = async (engine: Engine): Promise<Omit<Told, 'effects'>> => {
  const wrong: string[] = []
  const workflows: Record<string, unknown> = {}
  for (const head of await engine.list({ limit: 100 })) {
    const { id, status, seq } = head
    const records = parseChain(id, ORIGIN, await engine.read(id, 1, 10_000))
    if (records.length !== seq) wrong.push(`${id} has ${records.length} records and stands at ${seq}`)
    const { difference } = await rehearse(workshopOn(engine), head)
    if (difference !== null) wrong.push(`${id} differs at record ${difference.record}: ${difference.is}, not ${difference.was}`)
    if (head.active || (await engine.timers(id)).length > 0 || (await engine.mail(id, 0, 10)).length > 0)
      wrong.push(`something waits for ${id}`)
    const story = new Story()
    const events = records.flatMap((record) => story.tell(record).events).filter(({ event }) => !BETWEEN.has(event))
    const texts = (mine: boolean): string[] =>
      events
        .filter(({ event }) => WANTED.has(event) === mine)
        .map(({ event, name, other, ok, values }) => `${event} ${name} ${other} ${ok ?? ''} ${JSON.stringify(plain(values))}`)
    workflows[id] = { status, result: plain(decodeAll(cardOf(head.card).result!)), wanted: texts(true), given: texts(false).sort() }
  }
  return { workflows, wrong }
}
