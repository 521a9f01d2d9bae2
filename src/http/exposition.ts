// Where metrics are read: `prometheus: { enabled, address }` of the configuration opens an address that answers /metrics, and nothing else.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import type { Meters } from '../service/meters.ts'
import type { Exchange } from './exchange.ts'
import { Gateway } from './gateway.ts'
import { LIMITS, parseAddress, TIMEOUTS } from './server-entry.ts'

export type ExpositionOptions = {
  readonly meters: Meters
  readonly clock: Clock
  readonly opened: (url: string) => void
  readonly report: (error: unknown) => void
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** A server for what the configuration says; null when it says nothing. Throws PROMETHEUS_ADDRESS. */
export const expositionOf = (sections: Fields, { meters, clock, opened, report }: ExpositionOptions): Gateway | null => {
  const { prometheus } = sections
  if (!isFields(prometheus) || prometheus.enabled !== true) return null
  const address = typeof prometheus.address === 'string' ? parseAddress(prometheus.address) : null
  if (address === null) {
    const hint = 'For example: address: "localhost:9090".'
    throw new WippyError('PROMETHEUS_ADDRESS', Kind.Invalid, 'prometheus.address is no address', { hint })
  }
  const answer = async (exchange: Exchange): Promise<void> => {
    if (exchange.path !== '/metrics') return exchange.answer.refuse(404, 'there is nothing here')
    exchange.answer.begin({ status: 200, headers: [['Content-Type', TYPE]] })
    await exchange.answer.write(Buffer.from(meters.text))
    await exchange.answer.end()
  }
  return new Gateway({
    settings: { address, limits: LIMITS, timeouts: TIMEOUTS, tls: null },
    listener: null,
    clock,
    answer,
    opened,
    blame: (error) => error,
    report,
  })
}
