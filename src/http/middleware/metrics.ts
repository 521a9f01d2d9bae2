// `metrics`: requests counted and timed, as wippy_http_requests_total, wippy_http_request_duration_seconds, wippy_http_requests_in_flight.

import type { EntrySettings } from '../../service/settings.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

export const metrics =
  (_options: EntrySettings, { meters, clock }: Surroundings): Step =>
  (exchange) => {
    const began = clock.nowMs()
    const labels = { method: exchange.method, route: exchange.endpoint }
    meters.shift('wippy_http_requests_in_flight', 1, labels)
    exchange.onClose(() => {
      const ended = { ...labels, status: String(exchange.status) }
      meters.shift('wippy_http_requests_in_flight', -1, labels)
      meters.count('wippy_http_requests_total', 1, ended)
      meters.observe('wippy_http_request_duration_seconds', (clock.nowMs() - began) / 1000, ended)
    })
  }
