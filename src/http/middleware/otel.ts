// `otel`: a request is a span, which belongs to what its `traceparent` says, and what its handler does belongs to it. Nothing, unless the
// configuration turns tracing on. The query is left out: it may hold what nobody else should know.

import { parentIn, traceparentOf } from '../../otel/span.ts'
import type { EntrySettings } from '../../service/settings.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

export const otel = (_options: EntrySettings, { tracing }: Surroundings): Step => {
  if (!tracing?.http.enabled) return () => {}
  const { tracer, http } = tracing
  return (exchange) => {
    const { method, path, endpoint } = exchange
    const span = tracer.start({
      name: `${method} ${endpoint}`,
      kind: 'server',
      parent: http.extract ? parentIn(exchange.header('traceparent')) : null,
      attributes: { 'http.method': method, 'http.url': path, 'http.host': exchange.header('host') ?? '', 'http.route': endpoint },
    })
    exchange.trace = { parent: span.context, kind: 'internal', attributes: {} }
    if (http.inject) exchange.answer.setHeader('traceparent', traceparentOf(span.context))
    exchange.answer.onClose(() => {
      const { status, isGone } = exchange.answer
      const failure = isGone ? 'the client is gone' : status >= 500 ? `status ${status}` : null
      span.end(failure, { 'http.status_code': status })
    })
  }
}
