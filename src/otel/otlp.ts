// Spans and metrics as the OpenTelemetry protocol has them in JSON (opentelemetry-proto 1.x, trace/v1 and metrics/v1): ids in hexadecimal,
// integers of 64 bits as texts.

import { type Attribute, type Attributes, SPAN_KINDS, type Span } from './span.ts'

/** What is counted or measured under one name. A histogram counts, for each bound, what is no larger. */
export type Family = {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly bounds: readonly number[]
  readonly series: Iterable<{
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
    readonly sum: number
    readonly buckets: readonly number[]
  }>
}

const CUMULATIVE = 2
const STATUS = { ok: 1, error: 2 } as const
const SCOPE = { name: 'wippy' }

const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1e3)) * 1000n)

const anyValue = (value: Attribute): object => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

const attributesOf = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

const spanOf = ({ traceId, spanId, parentId, name, kind, startMs, endMs, attributes, error }: Span): object => ({
  traceId,
  spanId,
  ...(parentId !== '' && { parentSpanId: parentId }),
  flags: 1,
  name,
  kind: SPAN_KINDS[kind],
  startTimeUnixNano: nanos(startMs),
  endTimeUnixNano: nanos(endMs),
  attributes: attributesOf(attributes),
  ...(error !== null && {
    events: [{ timeUnixNano: nanos(endMs), name: 'exception', attributes: attributesOf({ 'exception.message': error }) }],
  }),
  status: error === null ? { code: STATUS.ok } : { code: STATUS.error, message: error },
})

/** A request for /v1/traces. */
export const tracesOf = (resource: Attributes, spans: readonly Span[]): object => ({
  resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope: SCOPE, spans: spans.map(spanOf) }] }],
})

/** How many fell between one bound and the next, of how many were no larger. */
const between = (buckets: readonly number[], all: number): string[] =>
  [...buckets, all].map((count, at) => String(count - (buckets[at - 1] ?? 0)))

const dataOf = ({ type, bounds, series }: Family, startMs: number, nowMs: number): object => {
  const points = [...series].map(({ labels, value, sum, buckets }) => {
    const common = { attributes: attributesOf(labels), startTimeUnixNano: nanos(startMs), timeUnixNano: nanos(nowMs) }
    if (type !== 'histogram') return { ...common, asDouble: value }
    return { ...common, count: String(value), sum, bucketCounts: between(buckets, value), explicitBounds: bounds }
  })
  if (type === 'gauge') return { gauge: { dataPoints: points } }
  if (type === 'counter') return { sum: { dataPoints: points, aggregationTemporality: CUMULATIVE, isMonotonic: true } }
  return { histogram: { dataPoints: points, aggregationTemporality: CUMULATIVE } }
}

export type MetricsRequest = {
  readonly resource: Attributes
  readonly families: Iterable<Family>
  /** When counting began. */
  readonly startMs: number
  readonly nowMs: number
}

/** A request for /v1/metrics. */
export const metricsOf = ({ resource, families, startMs, nowMs }: MetricsRequest): object => ({
  resourceMetrics: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeMetrics: [{ scope: SCOPE, metrics: [...families].map((family) => ({ name: family.name, ...dataOf(family, startMs, nowMs) })) }],
    },
  ],
})
