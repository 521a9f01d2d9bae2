// `metrics`: requests counted and timed, as wippy_http_requests_total, wippy_http_request_duration_seconds, wippy_http_requests_in_flight.

import type { Entry } from '../../registry/entry.ts'
import type { EntrySettings } from '../../service/settings.ts'
import { measuring } from '../measure.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

export const metrics = (_options: EntrySettings, { meters, clock, warn }: Surroundings, { id }: Entry): Step => {
  const measure = measuring(meters, (message) => warn(id, message))
  return (exchange) => {
    const began = clock.nowMs()
    const labels = { method: exchange.method, route: exchange.endpoint }
    measure((all) => all.shift('wippy_http_requests_in_flight', 1, labels))
    exchange.answer.onClose(() => {
      const ended = { ...labels, status: String(exchange.answer.status) }
      measure((all) => all.shift('wippy_http_requests_in_flight', -1, labels))
      measure((all) => all.count('wippy_http_requests_total', 1, ended))
      measure((all) => all.observe('wippy_http_request_duration_seconds', (clock.nowMs() - began) / 1000, ended))
    })
  }
}
