// `websocket_relay`: a handler that ends with the header X-WS-Relay, and no body, has the connection become a WebSocket (see relay/).
//
//   wsrelay.allowed.origins: "*", or a list of origins or hosts, stars within; without it pages of the same host alone

import { matches } from '../../registry/glob.ts'
import type { EntrySettings } from '../../service/settings.ts'
import type { Exchange } from '../exchange.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

const isAllowed = (exchange: Exchange, patterns: readonly string[]): boolean => {
  const origin = exchange.header('origin')
  if (origin === undefined) return true // no page asks
  const host = URL.canParse(origin) ? new URL(origin).host : ''
  if (host !== '' && host === exchange.header('host')?.toLowerCase()) return true
  return patterns.some((pattern) => matches(pattern, pattern.includes('://') ? origin : host))
}

export const websocketRelay = (options: EntrySettings, { relays }: Surroundings): Step => {
  const written = options.text('wsrelay.allowed.origins', options.text('allow_origins', options.text('allowed_origins', '')))
  const patterns = written.split(',').flatMap((part) => part.trim() || [])
  return (exchange) => {
    exchange.relay = (said) => (isAllowed(exchange, patterns) ? relays.take(exchange, said) : exchange.refuse(403, 'not for this origin'))
  }
}
