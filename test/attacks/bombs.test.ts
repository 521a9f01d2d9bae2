// Every bomb, in every wrapping: the process ends as its limits say or goes on a slice at a time; its neighbour hears every message.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Exit } from '../../src/kernel/exit.ts'
import { Host } from '../../src/kernel/host.ts'
import { Scheduler } from '../../src/kernel/scheduler.ts'
import { decodeAll, encode, encodeAll } from '../../src/msgpack.ts'
import type { Program } from '../../src/program.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import { bombs, wrappings } from './bombs.ts'

const LIMITS = { memoryBytes: 16 * 1024 * 1024, hardFuel: 2_000_000 }
const TURNS = 6000 // far more than any bomb with an end needs

const program = (code: string): Program => ({
  entry: 'app:bomb',
  method: 'main',
  chunk: { file: 'bomb.lua', code, imports: {} },
  modules: [],
  implied: [],
  libraries: [],
})

const bodies = new Bodies({ hot: 8, keptBytes: 2 * 1024 * 1024 })
const host = new Host('app:processes')
const neighbour = `return function()
  local inbox, heard = process.inbox(), 0
  while true do
    if inbox:receive():topic() == "stop" then return heard end
    heard = heard + 1
  end
end`

/** Runs a bomb beside a neighbour that is sent a message before each turn; how the bomb ended, and how many messages were heard. */
const explode = (code: string): { readonly ended: Exit | null; readonly sent: number; readonly heard: unknown } => {
  const scheduler = new Scheduler({ encodeError: encode, door: () => {} })
  const spawn = (text: string) => scheduler.spawn({ host, body: bodies.make(program(text), LIMITS), entry: 'app:bomb', startedAt: 0 })
  const ear = spawn(neighbour)
  const bomb = spawn(code)
  let ended: Exit | null = null
  let heard: unknown = null
  scheduler.onExit(bomb.pid, (exit) => {
    ended = exit
  })
  scheduler.onExit(ear.pid, (exit) => {
    heard = decodeAll(exit.payload)[0]
  })
  let sent = 0
  for (let turn = 0; turn < TURNS && ended === null && bomb.fuel < 60_000_000; turn++) {
    if (turn % 10 === 0) {
      scheduler.delivery.message('', ear.pid, 'tick', encodeAll([turn]))
      sent++
    }
    scheduler.turn(0)
  }
  const survived = ended
  if (survived === null) scheduler.terminate(bomb.pid)
  scheduler.delivery.message('', ear.pid, 'stop', encodeAll([]))
  while (heard === null && scheduler.turn(0));
  return { ended: survived, sent, heard }
}

const codeOf = (exit: Exit): string => exit.error?.code ?? (decodeAll(exit.payload)[1] as { code?: string } | null)?.code ?? 'ended well'

for (const { name: how, wrap } of wrappings) {
  const test = suite(`bombs ${how}`)
  for (const { name, code, ends } of bombs) {
    test(name, () => {
      const { ended, sent, heard } = explode(wrap(code))
      assert.is(heard, sent, 'the neighbour heard every message')
      const uncatchable = ends?.filter((end) => end !== 'LUA_ERROR') ?? []
      if (how.includes('pcall')) {
        if (ended !== null) assert.ok(uncatchable.includes(codeOf(ended)), codeOf(ended))
        else assert.ok(ends === null || ends.includes('LUA_ERROR'), 'only what pcall may catch goes on')
      } else if (ends === null) assert.is(ended, null)
      else assert.ok(ended !== null && ends.includes(codeOf(ended)), ended === null ? 'still running' : codeOf(ended))
    })
  }
  test.run()
}
