// Whoever can reach a server of an app, and means no good.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endpoint, gateway, handler, router, Served } from '../http/served.ts'
import { percentile } from './besiege.ts'
import type { HttpAttack } from './http.ts'
import { type Latency, MOST_MS, Neighbourhood } from './neighbourhood.ts'

const folder = join(import.meta.dirname, 'http')
const test = suite('attacks over HTTP')

const place = await Neighbourhood.open()
const [headMs, wholeMs, bodyBytes] = [2000, 4000, 100_000]
await place.app.put('app:gateway', gateway({ timeouts: { header: '2s', read: '4s', idle: '1s' }, limits: { body: '100KB', requests: 50 } }))
await place.app.put('app:router', router())
await place.app.put('app:echo_request', handler("res:write(req:method() .. ' ' .. req:path() .. ' ' .. assert(req:body()))"))
for (const method of ['GET', 'POST']) await place.app.put(`app:echo_${method.toLowerCase()}`, endpoint('/echo', 'echo_request', { method }))
await place.app.put('app:site', { kind: 'http.static', meta: { server: 'app:gateway' }, path: '/files', fs: 'app:files' })
const server = new Served(place.app)
const target = { port: server.port, headMs, wholeMs, bodyBytes }
const latencies: Latency[] = []
const before = place.standing()

for (const file of readdirSync(folder).sort()) {
  test(file.replace('.ts', ''), async () => {
    const { attack } = (await import(join(folder, file))) as { readonly attack: HttpAttack }
    let isOver = false
    const wrongs = attack.lay(target).finally(() => {
      isOver = true
    })
    while (!isOver) latencies.push(await place.ping())
    assert.equal(await wrongs, [], attack.about)
    await place.settled(before)
    assert.ok(await place.isAlive())
    assert.is((await server.say('/echo'))[0], 200)
  })
}

test('half of all messages between neighbours are heard as quickly as ever', () => {
  const ms = percentile(
    latencies.map((latency) => latency.ms),
    0.5,
  )
  assert.ok(ms < MOST_MS, `half of them took more than ${ms} ms`)
})

test.after(() => place.close())
test.run()
