// What stands between a route and its handler: steps that look at a request, one after another. A step may change what later ones see, or
// answer itself; then nothing follows.

import { Kind } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { Entry } from '../registry/entry.ts'
import type { EntrySettings } from '../service/settings.ts'
import { didYouMean } from '../suggest.ts'
import type { Exchange } from './exchange.ts'
import { compress } from './middleware/compress.ts'
import { cors } from './middleware/cors.ts'
import { endpointFirewall, resourceFirewall } from './middleware/firewall.ts'
import { metrics } from './middleware/metrics.ts'
import { otel } from './middleware/otel.ts'
import { rateLimit } from './middleware/rate-limit.ts'
import { realIp } from './middleware/real-ip.ts'
import { sseRelay, websocketRelay } from './middleware/relay.ts'
import { sendfile } from './middleware/sendfile.ts'
import { tokenAuth } from './middleware/token-auth.ts'
import type { Surroundings } from './surroundings.ts'

export type Step = (exchange: Exchange) => void | Promise<void>

/** Makes a step for an entry, from the options of all its middleware. Throws ENTRY_FIELD. */
export type Middleware = (options: EntrySettings, surroundings: Surroundings, entry: Entry) => Step

const KNOWN: Readonly<Record<string, Middleware>> = {
  compress,
  cors,
  endpoint_firewall: endpointFirewall,
  metrics,
  otel,
  ratelimit: rateLimit,
  real_ip: realIp,
  resource_firewall: resourceFirewall,
  sendfile,
  sse_relay: sseRelay,
  token_auth: tokenAuth,
  websocket_relay: websocketRelay,
}

/** A list of middleware of an entry, as steps. Throws MIDDLEWARE_UNKNOWN, and as their makers. */
export const stepsOf = (entry: Entry, list: 'middleware' | 'post_middleware', settings: EntrySettings, given: Surroundings): Step[] => {
  const options = settings.group(list === 'middleware' ? 'options' : 'post_options')
  return settings.texts(list).map((name, at) => {
    const make = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
    if (make) return make(options, given, entry)
    const hint = didYouMean(name, Object.keys(KNOWN), `There are ${Object.keys(KNOWN).join(', ')}.`)
    throw blame(entry, `data.${list}.${at}`, {
      code: 'MIDDLEWARE_UNKNOWN',
      kind: Kind.Invalid,
      message: `"${entry.id}" wants the middleware "${name}"`,
      hint,
    })
  })
}
