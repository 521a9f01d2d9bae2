// `ratelimit`: so many requests of one client in a time, with a reserve for those who come at once.
//
//   ratelimit.requests: 100, ratelimit.window: 1m, ratelimit.burst: 20
//   ratelimit.key: ip, header:X-Api-Key, query:key       ratelimit.entry_ttl: 10m, ratelimit.max_entries: 100000
//
// `ip` counts an address, and of IPv6 its network of 64 bits.
// A bucket of `burst` is filled evenly, `requests` in a `window`. Beyond `max_entries` the client that was seen longest ago is forgotten.

import type { EntrySettings } from '../../service/settings.ts'
import type { Exchange } from '../exchange.ts'
import type { Step } from '../middleware.ts'
import { addressOf, networkOf } from '../remote.ts'
import type { Surroundings } from '../surroundings.ts'

type Bucket = { tokens: number; at: number }

const KEY = /^(?:ip|(header|query):(.{1,256}))$/
const LONGEST_KEY = 256

export const rateLimit = (options: EntrySettings, { clock }: Surroundings): Step => {
  const requests = options.count('ratelimit.requests', 100)
  const windowMs = options.time('ratelimit.window', 60_000) || 60_000
  const burst = options.count('ratelimit.burst', 20)
  const ttlMs = options.time('ratelimit.entry_ttl', 600_000)
  const most = options.count('ratelimit.max_entries', 100_000)
  const match = KEY.exec(options.text('ratelimit.key', 'ip'))
  if (!match) throw options.refuse('ratelimit.key', 'is not ip, header:NAME or query:NAME')
  const [, source, name = ''] = match
  const buckets = new Map<string, Bucket>() // in order of last use

  const keyOf = (exchange: Exchange): string => {
    if (source === 'header') return exchange.header(name) ?? ''
    if (source === 'query') return new URLSearchParams(exchange.query).get(name) ?? ''
    return networkOf(addressOf(exchange.remote))
  }

  /** Milliseconds until there is room; 0 when there was. */
  const take = (key: string): number => {
    const now = clock.nowMs()
    const known = buckets.get(key)
    const tokens = known ? Math.min(burst, known.tokens + ((now - known.at) * requests) / windowMs) : burst
    buckets.delete(key)
    for (const [oldest, { at }] of buckets) {
      if (buckets.size < most && now - at < ttlMs) break
      buckets.delete(oldest)
    }
    buckets.set(key, { tokens: Math.max(0, tokens >= 1 ? tokens - 1 : tokens), at: now })
    return tokens >= 1 ? 0 : ((1 - tokens) * windowMs) / requests
  }

  return (exchange) => {
    const key = keyOf(exchange).slice(0, LONGEST_KEY)
    if (key === '') return exchange.answer.refuse(400, `this needs the ${source} ${name}`)
    const waitMs = take(key)
    if (waitMs === 0) return
    exchange.answer.refuse(429, 'too many requests', [
      ['Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000)))],
      ['X-RateLimit-Limit', String(requests)],
      ['X-RateLimit-Window', options.text('ratelimit.window', '1m')],
    ])
  }
}
