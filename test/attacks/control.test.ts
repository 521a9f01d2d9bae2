// Whoever can reach the control endpoint, and means no good.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readNote } from '../../src/control/address.ts'
import { Client } from '../../src/control/client.ts'
import { openControl } from '../../src/control/server.ts'
import { percentile } from './besiege.ts'
import type { ControlAttack } from './control.ts'
import { type Latency, MOST_MS, Neighbourhood } from './neighbourhood.ts'

const folder = join(import.meta.dirname, 'control')
const test = suite('attacks on the control endpoint')

const place = await Neighbourhood.open()
const token = 'a token that nobody can guess'
const state = join(place.app.root, '.wippy')
const helloMs = 500
const control = await openControl(place.app.node, { folder: state, tcp: { host: '127.0.0.1', port: 0, token }, helloMs })
const client = await Client.connect({ folder: state })
const target = { app: place.app, path: readNote(state)!.path, port: control.port!, token, client, helloMs }
const latencies: Latency[] = []

for (const file of readdirSync(folder).sort()) {
  test(file.replace('.ts', ''), async () => {
    const { attack } = (await import(join(folder, file))) as { readonly attack: ControlAttack }
    const before = place.standing()
    let isOver = false
    const wrongs = attack.lay(target).finally(() => {
      isOver = true
    })
    while (!isOver) latencies.push(await place.ping())
    assert.equal(await wrongs, [], attack.about)
    assert.equal(await place.clear(before), [])
    assert.ok(await place.isAlive())
    const broken = place.app.lines.splice(0).filter(({ level, source }) => level === 'error' && source === 'node')
    assert.equal(broken, [])
  })
}

test('half of all messages between neighbours are heard as quickly as ever', () => {
  const ms = percentile(
    latencies.map((latency) => latency.ms),
    0.5,
  )
  assert.ok(ms < MOST_MS, `half of them took more than ${ms} ms`)
})

test.after(async () => {
  client.close()
  await control.close()
  await place.close()
})
test.run()
