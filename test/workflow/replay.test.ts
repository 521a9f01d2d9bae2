// W1: restore(k) + replay(k..n) = replay(0..n), byte for byte and fuel for fuel, for random workflows and every k.

import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAll } from '../../src/msgpack.ts'
import type { Pid } from '../../src/pid.ts'
import type { Program } from '../../src/program.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import type { LuaBody } from '../../src/vm/lua-body.ts'
import { restore, take } from '../../src/workflow/checkpoint.ts'
import type { Engine } from '../../src/workflow/engine.ts'
import { Ledger } from '../../src/workflow/ledger.ts'
import type { Parsed } from '../../src/workflow/record.ts'
import { type Meter, replay } from '../../src/workflow/replay.ts'
import { Random } from '../support/random.ts'
import { MiB, program } from '../vm/lua-process.ts'
import { randomProgram } from '../vm/random-program.ts'
import { Journal } from './journal.ts'

const LIMITS = { memoryBytes: 32 * MiB, hardFuel: 4_000_000 }
const FUEL = 2000
const sameBuild = (): Meter => ({ own: 'r', by: 'r', owed: 0 })

/** Asks, sends, sleeps and computes as its random expressions and its messages say. */
const workflow = (seed: number): Program =>
  program(`
  local inbox, total, kept = process.inbox(), 0, {}
  local function work() ${randomProgram(seed, 6)} end
  coroutine.spawn(function()
    while true do
      local answer, err = process.registry.lookup('name ' .. #kept)
      kept[#kept + 1] = tostring(answer) .. tostring(err) .. math.random(1000)
      if #kept % 5 == 0 then kept = { table.concat(kept, ','):sub(-200) } end
    end
  end)
  while true do
    local message = inbox:receive()
    local n = message:payload():data()
    if n < 0 then break end
    local ok, value = pcall(work, n)
    total = total + (type(value) == 'number' and value or 1)
    process.send('{app:processes|0x00009}', 'total', total, os.clock())
    kept[n] = ('x'):rep(n * 50)
  end
  return total`)

/** A run in a world that a seed decides, written down. */
const journal = (seed: number, steps: number): Parsed[] => {
  const random = new Random(seed)
  const journal = new Journal(workflow(seed), { seed })
  const { process } = journal
  let [answered, acked] = [0, 0]
  for (let n = 0; process.ended === null && n < steps; n++) {
    process.nowMs += random.below(10_000) / 7
    if (journal.step(FUEL) === 'again') continue
    const isLast = n > steps - 10
    if (random.below(2) === 0 && answered < process.asks.length) process.reply(process.asks[answered++]!.tag, [`answer ${answered}`])
    else if (acked < process.sends.length) process.reply(process.sends[acked++]!.tag)
    else process.post('number', [isLast ? -1 : random.below(40)])
  }
  process.close()
  return journal.records.slice(1)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const stateOf = (body: LuaBody): string => {
  const image = body.image()
  return `${image.pages} ${sha256(image.flatten())}`
}

/** Pieces of checkpoints by their names: all that restoring one asks an engine. */
const piecesIn = (pages: Map<string, Uint8Array>): Engine =>
  ({ page: async (_: string, name: string) => pages.get(name) ?? null }) as unknown as Engine

const test = suite('replay')

for (let seed = 1; seed <= 5; seed++) {
  test(`restored from a checkpoint at any record, random workflow ${seed} goes on as if it had never stopped`, async () => {
    const records = journal(seed, 50)
    assert.ok(records.length > 5)
    const code = workflow(seed)
    const bodies = new Bodies({ hot: 2, keptBytes: MiB })
    const whole = bodies.make(code, LIMITS)
    const ledger = new Ledger()
    const pages = new Map<string, Uint8Array>()
    const marks = []
    const states: string[] = []
    let pieces: ReadonlySet<string> = new Set()
    let fuel = 0
    for (const record of records) {
      fuel += replay('w', whole, [record], ledger, sameBuild()).fuel
      states.push(stateOf(whole))
      const taken = take(whole.image(), { seq: record.seq, runtime: 'r', ledger, steps: record.seq, fuel }, pieces)
      for (const [name, bytes] of taken.pages.put) pages.set(name, bytes)
      pieces = taken.names
      marks.push(taken.mark)
    }
    for (const [k, mark] of marks.entries()) {
      const restored = await restore(piecesIn(pages), 'w', mark)
      assert.ok(restored, `checkpoint ${k}`)
      const body = new Bodies({ hot: 1, keptBytes: MiB }).make(code, LIMITS)
      body.restore(restored.state)
      assert.is(stateOf(body), states[k], `state of checkpoint ${k}`)
      const rest = replay('w', body, records.slice(k + 1), restored.ledger, sameBuild())
      assert.is(restored.fuel + rest.fuel, fuel, `fuel from checkpoint ${k}`)
      assert.is(stateOf(body), states.at(-1), `state at the end, from checkpoint ${k}`)
      assert.equal(Buffer.from(restored.ledger.toBytes()).toString('hex'), Buffer.from(ledger.toBytes()).toString('hex'))
      body.close()
    }
    whole.close()
  })
}

test('what a checkpoint of an earlier version watches is of no start of a node that is there', () => {
  const pid = '{app:processes|0x00001}' as Pid
  const ledger = Ledger.fromBytes(encodeAll([[], [], [], false, [pid]]))
  assert.equal([ledger.owner, ledger.watching.all()], ['', [[pid, '']]])
  ledger.owned('here')
  assert.equal(Ledger.fromBytes(ledger.toBytes()), ledger)
})

test('a piece of a checkpoint that is missing or damaged makes it useless, and nothing else', async () => {
  const [record] = journal(1, 20)
  const body = new Bodies({ hot: 1, keptBytes: MiB }).make(workflow(1), LIMITS)
  const ledger = new Ledger()
  replay('w', body, [record!], ledger, sameBuild())
  const { mark, pages } = take(body.image(), { seq: 1, runtime: 'r', ledger, steps: 1, fuel: 1 }, new Set())
  for (const [name] of pages.put) {
    const whole = new Map(pages.put)
    assert.ok(await restore(piecesIn(whole), 'w', mark))
    const flipped = Uint8Array.from(whole.get(name)!)
    flipped[flipped.length >> 1]! ^= 1
    assert.is(await restore(piecesIn(new Map(whole).set(name, flipped)), 'w', mark), null)
    whole.delete(name)
    assert.is(await restore(piecesIn(whole), 'w', mark), null)
  }
  body.close()
})

test.run()
