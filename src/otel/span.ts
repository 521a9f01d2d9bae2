// What one thing that was done looks like in a trace, and what of it travels: `traceparent` of W3C Trace Context.

/** What a span that follows knows of the one it belongs to. */
export type Parent = {
  /** 32 digits, hexadecimal. */
  readonly traceId: string
  /** 16 digits, hexadecimal. */
  readonly spanId: string
  /** Whether the trace is written down. */
  readonly isSampled: boolean
}

/** As OTLP numbers them. */
export const SPAN_KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
export type SpanKind = keyof typeof SPAN_KINDS

export type Attribute = string | number | boolean
export type Attributes = Readonly<Record<string, Attribute>>

/** One that has ended. */
export type Span = Parent & {
  /** Of the one it belongs to; none for the first of a trace. */
  readonly parentId: string
  readonly name: string
  readonly kind: SpanKind
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  /** What it failed with; null when it did not. */
  readonly error: string | null
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** What a header says; null when there is none, or it is none. */
export const parentIn = (traceparent: unknown): Parent | null => {
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || []
  return traceId && spanId && flags ? { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 } : null
}

export const traceparentOf = ({ traceId, spanId, isSampled }: Parent): string => `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`
