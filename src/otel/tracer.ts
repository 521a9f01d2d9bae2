// Begins spans, and hands on those that have ended.
//
//   T1 Whether a trace is written down is decided once, where it begins: by its id and the rate, so that every node decides the same.
//      What is not written down still travels.
//   T2 A span has at most 16 attributes of 256 characters; what is more is left out, or cut.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Attribute, Attributes, Parent, Span, SpanKind } from './span.ts'

const MOST_ATTRIBUTES = 16
const LONGEST = 256 // characters

const cut = (value: Attribute): Attribute => (typeof value === 'string' ? value.slice(0, LONGEST) : value)

const bounded = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes)
      .slice(0, MOST_ATTRIBUTES)
      .map(([key, value]) => [key, cut(value)]),
  )

/** One that is under way. */
export type OpenSpan = {
  readonly context: Parent
  /** Ends it, once; `error`: what it failed with. `more`: attributes beside those it began with. */
  end(error?: string | null, more?: Attributes): void
}

export type Beginning = {
  readonly name: string
  readonly kind: SpanKind
  readonly parent: Parent | null
  readonly attributes: Attributes
}

export type TracerOptions = {
  readonly clock: Clock
  /** Which part of all traces is written down, 0 to 1. */
  readonly rate: number
  readonly ended: (span: Span) => void
}

export class Tracer {
  readonly #options: TracerOptions

  constructor(options: TracerOptions) {
    this.#options = options
  }

  start({ name, kind, parent, attributes }: Beginning): OpenSpan {
    const { clock, ended } = this.#options
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex')
    const isSampled = parent?.isSampled ?? this.#takes(traceId)
    const context: Parent = { traceId, spanId: randomBytes(8).toString('hex'), isSampled }
    const startMs = clock.nowMs()
    let isOpen = isSampled
    return {
      context,
      end: (error = null, more = {}) => {
        if (!isOpen) return
        isOpen = false
        ended({
          ...context,
          name: name.slice(0, LONGEST),
          kind,
          parentId: parent?.spanId ?? '',
          startMs,
          endMs: clock.nowMs(),
          attributes: bounded({ ...attributes, ...more }),
          error: error === null ? null : error.slice(0, LONGEST),
        })
      },
    }
  }

  #takes(traceId: string): boolean {
    return Number.parseInt(traceId.slice(-13), 16) < this.#options.rate * 2 ** 52
  }
}
