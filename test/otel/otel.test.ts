// Traces and metrics of apps, as a collector receives them.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endpoint, gateway, handler, router, type Served, served } from '../http/served.ts'
import { type Draft, func, proc, type StartOptions, withApp } from '../support/app.ts'
import { Collector, plainAttributes, type ReceivedSpan } from './collector.ts'

const test = suite('otel in apps')

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']

type Act = (app: Served, collector: Collector) => Promise<void>

/** Runs an app that is traced, and returns all that a collector has when it has ended. */
const traced = async (drafts: Readonly<Record<string, Draft>>, act: Act, options: StartOptions = {}): Promise<Collector> => {
  const collector = await Collector.open()
  const set = ['otel.enabled=true', `otel.endpoint=${collector.url}`, ...(options.set ?? [])]
  try {
    await served(drafts, (app) => act(app, collector), { ...options, set })
    return collector
  } finally {
    collector.close()
  }
}

/** Those of the app's own code. */
const spansOf = ({ spans }: Collector): ReceivedSpan[] => spans.filter(({ name }) => !name.startsWith('app:probe'))

const named = (collector: Collector, name: string): ReceivedSpan => {
  const found = spansOf(collector).filter((span) => span.name === name)
  assert.is(found.length, 1, `${name}: ${spansOf(collector).map((span) => span.name)}`)
  return found[0]!
}

const entries: Readonly<Record<string, Draft>> = {
  router: router({ middleware: ['otel'] }),
  inner: func(`return function(n) if n == 0 then return nil, 'no zero' end return n * 2 end`),
  side: proc(`return function() require('funcs').call('app:inner', 1) end`),
  outer: handler(
    `local funcs = require('funcs')
     assert(funcs.call('app:inner', 21))
     funcs.call('app:inner', 0)
     process.exec('app:side', 'app:processes')
     res:write(req:header('x-said') or 'done')`,
    { modules: ['http', 'json', 'time', 'funcs'] },
  ),
  at: endpoint('/outer', 'outer'),
}

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const TRACEPARENT = `00-${PARENT.traceId}-${PARENT.spanId}-01`

test('a request, the functions it calls and the processes it starts are one trace', async () => {
  let answered = ''
  const collector = await traced(entries, async (app) => {
    const response = await app.fetch('/outer?secret=1', { headers: { traceparent: TRACEPARENT } })
    answered = response.headers.get('traceparent') ?? ''
    assert.is(await response.text(), 'done')
  })
  const request = named(collector, 'GET app:at')
  const call = named(collector, 'app:outer')
  assert.equal([request.traceId, request.parentSpanId, KINDS[request.kind]], [PARENT.traceId, PARENT.spanId, 'server'])
  assert.is(answered, `00-${PARENT.traceId}-${request.spanId}-01`)
  const { 'http.host': host, ...rest } = plainAttributes(request.attributes)
  assert.match(String(host), /^127\.0\.0\.1:\d+$/)
  assert.equal(rest, { 'http.method': 'GET', 'http.url': '/outer', 'http.route': 'app:at', 'http.status_code': 200 })
  assert.equal([call.traceId, call.parentSpanId, KINDS[call.kind]], [PARENT.traceId, request.spanId, 'internal'])
  assert.match(String(plainAttributes(call.attributes)['process.pid']), /^\{app:outer#lua\.1\|/)
  assert.ok(Number(plainAttributes(call.attributes)['process.fuel']) > 0)
  assert.ok(BigInt(call.endTimeUnixNano) >= BigInt(call.startTimeUnixNano))

  const inner = spansOf(collector).filter(({ name }) => name === 'app:inner')
  assert.equal(
    inner.map(({ parentSpanId, status }) => [parentSpanId, status]),
    [
      [call.spanId, { code: 1 }],
      [call.spanId, { code: 2, message: 'no zero' }],
      [call.spanId, { code: 1 }],
    ],
  )
  assert.equal(plainAttributes(inner[1]!.events![0]!.attributes), { 'exception.message': 'no zero' })
  for (const event of ['started', 'terminated']) {
    const mark = named(collector, `app:side.${event}`)
    assert.equal([mark.parentSpanId, mark.traceId], [call.spanId, PARENT.traceId])
    assert.is(plainAttributes(mark.attributes)['lifecycle.event'], event)
  }
  const [{ headers, body }] = collector.received as [Collector['received'][number]]
  assert.is(headers['content-type'], 'application/json')
  const [{ resource }] = body.resourceSpans as [{ resource: { attributes: never } }]
  assert.equal(plainAttributes(resource.attributes), { 'service.name': 'wippy' })
})

test('requests and messages to others carry the trace', async () => {
  const collector = await traced(
    {
      ...entries,
      memory: { kind: 'queue.driver.memory' },
      jobs: { kind: 'queue.queue', driver: 'app:memory' },
      worker: func(`return function() end`),
      works: { kind: 'queue.consumer', queue: 'app:jobs', func: 'app:worker', lifecycle: { auto_start: true } },
      hear: handler(`res:write(req:header('traceparent') or '')`),
      there: endpoint('/there', 'hear'),
      sends: handler(
        `assert(require('queue').publish('app:jobs', 1, { a = 1 }))
         local said = assert(require('http_client').get('http://' .. req:host() .. '/there'))
         res:write(said.body)`,
        { modules: ['http', 'json', 'time', 'queue', 'http_client'] },
      ),
      at2: endpoint('/sends', 'sends'),
    },
    async (app) => {
      const [status] = await app.say('/sends')
      assert.is(status, 200)
    },
  )
  const call = named(collector, 'app:sends')
  const client = spansOf(collector).find(({ kind }) => KINDS[kind] === 'client')!
  assert.equal([client.parentSpanId, plainAttributes(client.attributes)['http.status_code']], [call.spanId, 200])
  assert.is(named(collector, 'GET app:there').parentSpanId, client.spanId)
  const publish = named(collector, 'app:jobs.publish')
  assert.equal([publish.parentSpanId, KINDS[publish.kind]], [call.spanId, 'producer'])
  const work = named(collector, 'app:worker')
  assert.equal([work.parentSpanId, work.traceId, KINDS[work.kind]], [publish.spanId, call.traceId, 'consumer'])
  assert.is(plainAttributes(work.attributes)['messaging.operation'], 'process')
})

test('a call that nobody traced begins a trace; settings turn parts of it off', async () => {
  const calls = await traced(entries, async ({ app }) => void (await app.eval(`return require('funcs').call('app:inner', 1)`)))
  const inner = named(calls, 'app:inner')
  assert.equal([inner.parentSpanId, KINDS[inner.kind]], [undefined, 'server'])

  const none = await traced(entries, async (app) => void (await app.say('/outer')), { set: ['otel.sample_rate=0'] })
  assert.equal(none.received, [])

  const some = await traced(entries, async (app) => void (await app.say('/outer')), {
    set: ['otel.interceptor.enabled=false', 'otel.process.enabled=false', 'otel.service_name=shop', 'otel.headers.x-key=secret'],
  })
  assert.equal(
    spansOf(some).map(({ name }) => name),
    ['GET app:at'],
  )
  assert.is(some.received[0]!.headers['x-key'], 'secret')
})

test('what fails is told: the error of a handler, and a collector that takes nothing, until it does', async () => {
  const collector = await traced({ ...entries, bad: handler(`error('broken')`), at3: endpoint('/bad', 'bad') }, async (app, to) => {
    to.answer = (response) => void response.writeHead(503).end('not now')
    assert.is((await app.say('/bad'))[0], 500)
    const { fields } = await app.app.logged('spans do not arrive')
    assert.equal(fields, { collector: to.url, why: '503 not now' })
    to.answer = (response) => response.end('{}')
  })
  const failed = spansOf(collector).filter(({ name }) => name === 'GET app:at3')
  assert.equal(
    failed.map(({ status }) => status),
    [
      { code: 2, message: 'status 500' },
      { code: 2, message: 'status 500' },
    ],
  )
})

test('metrics leave with the node too: counters, gauges, histograms', async () => {
  const collector = await traced(
    {
      ...entries,
      counts: func(
        `return function() local m = require('metrics') m.counter_add('jobs', 3, { kind = 'a' }) m.gauge_set('size', 1.5) m.histogram('took', 0.3) m.histogram('took', 20) end`,
        { modules: ['metrics'] },
      ),
    },
    async ({ app }) => void (await app.eval(`return require('funcs').call('app:counts')`)),
    { set: ['otel.metrics_enabled=true', 'otel.traces_enabled=false'] },
  )
  assert.equal(
    collector.received.map(({ path }) => path),
    ['/v1/metrics'],
  )
  type Metric = Record<string, unknown> & { name: string }
  const [{ scopeMetrics }] = collector.received[0]!.body.resourceMetrics as [{ scopeMetrics: [{ metrics: Metric[] }] }]
  const point = (name: string, type: string): Record<string, unknown> => {
    const data = scopeMetrics[0].metrics.find((one) => one.name === name)![type] as { dataPoints: [Record<string, unknown>] }
    return data.dataPoints[0]
  }
  assert.equal([point('jobs', 'sum').asDouble, plainAttributes(point('jobs', 'sum').attributes as never)], [3, { kind: 'a' }])
  assert.is(point('size', 'gauge').asDouble, 1.5)
  const { count, sum, bucketCounts, explicitBounds } = point('took', 'histogram')
  assert.equal([count, sum, (explicitBounds as number[]).length], ['2', 20.3, 11])
  assert.equal(bucketCounts, ['0', '0', '0', '0', '0', '0', '1', '0', '0', '0', '0', '1'])
})

test('a setting that cannot be is a problem, and the app runs', async () => {
  for (const [set, why] of [
    ['otel.protocol=grpc', /otel\.protocol is "grpc"/],
    ['otel.sample_rate=2', /otel\.sample_rate/],
    ['otel.endpoint=http://', /otel\.endpoint/],
  ] as const) {
    await withApp(
      {},
      async (app) => {
        const [problem] = app.node.problems
        assert.is(problem?.code, 'OTEL_SETTING')
        assert.match(problem!.text, why)
        assert.is(await app.eval('return 1'), 1)
      },
      { set: ['otel.enabled=true', set] },
    )
  }
})

test('off, the middleware does nothing', () =>
  served({ ...entries, gateway: gateway() }, async (app) => {
    const response = await app.fetch('/outer', { headers: { traceparent: TRACEPARENT } })
    assert.equal([response.status, response.headers.get('traceparent')], [200, null])
  }))

test.run()
