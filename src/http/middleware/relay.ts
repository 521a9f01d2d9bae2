// `websocket_relay` and `sse_relay`: a handler that ends with the header X-WS-Relay or X-SSE-Relay, and no body, has its connection become a
// WebSocket, or its answer go on as server-sent events (see relay/).
//
//   wsrelay.allowed.origins, sserelay.allowed.origins: "*", or a list of origins or hosts, stars within; without it pages of the same host alone

import { matches } from '../../registry/glob.ts'
import type { EntrySettings } from '../../service/settings.ts'
import type { Exchange } from '../exchange.ts'
import type { Middleware } from '../middleware.ts'
import type { Relays } from '../relay/relays.ts'

const isAllowed = (exchange: Exchange, patterns: readonly string[]): boolean => {
  const origin = exchange.header('origin')
  if (origin === undefined) return true // no page asks
  const host = URL.canParse(origin) ? new URL(origin).host : ''
  if (host !== '' && host === exchange.header('host')?.toLowerCase()) return true
  return patterns.some((pattern) => matches(pattern, pattern.includes('://') ? origin : host))
}

const patternsIn = (options: EntrySettings, key: string): readonly string[] => {
  const written = options.text(key, options.text('allow_origins', options.text('allowed_origins', '')))
  return written.split(',').flatMap((part) => part.trim() || [])
}

const relaying =
  (header: string, origins: string, begin: (relays: Relays, exchange: Exchange, said: string) => void): Middleware =>
  (options, { relays }) => {
    const patterns = patternsIn(options, origins)
    return (exchange) => {
      exchange.relays ??= new Map()
      exchange.relays.set(header, (said) => {
        if (isAllowed(exchange, patterns)) begin(relays, exchange, said)
        else exchange.answer.refuse(403, 'not for this origin')
      })
    }
  }

export const websocketRelay = relaying('x-ws-relay', 'wsrelay.allowed.origins', (relays, exchange, said) => relays.take(exchange, said))

export const sseRelay = relaying('x-sse-relay', 'sserelay.allowed.origins', (relays, exchange, said) => relays.stream(exchange, said))
