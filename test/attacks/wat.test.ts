// WebAssembly of somebody else, as a function of the app: each file is a module whose head says what its caller is told, by any of these words.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { Neighbourhood, OPERATOR, SLICE } from './neighbourhood.ts'

const folder = join(import.meta.dirname, 'wat')
const LIMITS = { fuel: 2_000_000, memory: '2MiB' }
const CALL = `return function()
  local value, err = funcs.new():call("app:hostile")
  return err and tostring(err) or "value " .. tostring(value)
end`

const test = suite('attacks by modules')
const place = await Neighbourhood.open()

/** What the caller of a module is told: the reason for which it was refused, its error, or its value. */
const told = async (source: string): Promise<string> => {
  const { scheduler } = place.app.node
  try {
    await place.app.put('app:hostile', { kind: 'function.wat', source, wit: 'run: func() -> s32;', method: 'run', limits: LIMITS })
  } catch (error) {
    if (!(error instanceof WippyError)) throw error
    return `refused: ${error.text}`
  }
  const { pid } = await place.run(CALL, 'app:processes', OPERATOR, ['funcs'])
  const ended = new Promise<Exit>((resolve) => scheduler.onExit(pid, resolve))
  const exit = await place.app.patient(ended, 'the caller')
  return String(decodeAll(exit.payload)[0])
}

for (const file of readdirSync(folder).sort()) {
  const source = readFileSync(join(folder, file), 'utf8')
  const [about = '', says = ''] = source.split('\n').map((line) => line.replace(/^;; (?:says: )?/, ''))
  test(file.replace('.wat', ''), async () => {
    const before = place.standing()
    const answer = told(source)
    const pings = Array.from({ length: 8 }, () => 0)
    for (const _ of pings) assert.ok((await place.ping()).work <= 3 * SLICE, about)
    const said = await answer
    assert.ok(new RegExp(says).test(said), `${about} ${said}`)
    assert.equal(await place.clear(before), [])
    assert.ok(await place.isAlive())
    if (place.app.node.registry.get('app:hostile')) await place.app.drop('app:hostile')
  })
}

test.after(() => place.close())
test.run()
