// What is counted and measured, and how it is read.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { Meters } from '../../src/service/meters.ts'
import { endpoint, handler, router, served } from '../http/served.ts'
import { withApp } from '../support/app.ts'

const test = suite('metrics')

const codeOf = (act: () => void): string => {
  try {
    act()
  } catch (error) {
    return (error as WippyError).code
  }
  return 'no error'
}

test('counters, gauges and histograms, in the text form of Prometheus', () => {
  const meters = new Meters()
  assert.is(meters.text, '')
  meters.count('orders.total', 2, { b: '"x"\n\\', a: '1' })
  meters.count('orders.total', 1, { a: '1', b: '"x"\n\\' })
  meters.set('pending', 5)
  meters.shift('pending', -2)
  meters.observe('seconds', 0.3)
  meters.observe('seconds', 20)
  const lines = meters.text.split('\n')
  assert.equal(lines.slice(0, 4), [
    '# TYPE orders_total counter',
    'orders_total{a="1",b="\\"x\\"\\n\\\\"} 3',
    '# TYPE pending gauge',
    'pending 3',
  ])
  for (const line of [
    'seconds_bucket{le="0.25"} 0',
    'seconds_bucket{le="0.5"} 1',
    'seconds_bucket{le="+Inf"} 2',
    'seconds_sum 20.3',
    'seconds_count 2',
  ]) {
    assert.ok(lines.includes(line), line)
  }
})

test('what cannot be is refused, and too many series are', () => {
  const meters = new Meters()
  meters.count('a', 1)
  assert.equal(
    [
      () => meters.set('a', 1),
      () => meters.count('a', -1),
      () => meters.count('', 1),
      () => meters.count('a', 1, { x: 'y'.repeat(300) }),
    ].map(codeOf),
    Array(4).fill('METRICS_ARGUMENT'),
  )
  for (let i = 1; i < 10_000; i++) meters.count('a', 1, { i: String(i) })
  assert.is(
    codeOf(() => meters.count('b', 1)),
    'METRICS_FULL',
  )
  meters.count('a', 1, { i: '5' })
  assert.match(meters.text, /a\{i="5"\} 2\n/)
})

test('from Lua, with what labels it has that are text', () =>
  withApp({}, async (app) => {
    const code = `local m = require('metrics')
      return { m.counter_inc('a'), m.counter_add('c', 2.5, { x = 'y', n = 1 }), m.gauge_set('g', 1), m.gauge_inc('g'), m.gauge_dec('g', {}), m.histogram('h', 0),
        select(2, m.gauge_set('c', 1)):kind(), select(2, m.counter_add('a', 0/0)):kind() }`
    assert.equal(await app.eval(code, { modules: ['metrics'] }), [true, true, true, true, true, true, 'Invalid', 'Invalid'])
  }))

test('requests are counted by route, and all is read where the configuration says', () =>
  served(
    {
      hello: handler(`require('metrics').counter_inc('own') res:write('hello')`, { modules: ['http', 'json', 'time', 'metrics'] }),
      route: endpoint('/hello', 'hello'),
      router: router({ middleware: ['metrics'] }),
    },
    async (server) => {
      await server.say('/hello')
      const line = server.app.lines.find(({ source }) => source === 'metrics')
      const read = async (): Promise<string> => await (await fetch(String(line?.fields.url))).text()
      let text = await read()
      while (!text.includes('wippy_http_requests_total')) text = await read()
      assert.match(text, /^own 1$/m)
      assert.match(text, /^wippy_http_requests_total\{method="GET",route="app:route",status="200"\} 1$/m)
      assert.match(text, /^wippy_http_requests_in_flight\{method="GET",route="app:route"\} 0$/m)
      assert.is((await fetch(String(line?.fields.url).replace('metrics', 'other'))).status, 404)
    },
    { set: ['prometheus.enabled=true', 'prometheus.address=127.0.0.1:0'] },
  ))

test.run()
