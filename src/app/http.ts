// The feature of HTTP: `http` and the kinds `http.*`.

import { Gateways } from '../http/gateways.ts'
import { Handlers } from '../http/handlers.ts'
import { httpService } from '../http/http-service.ts'
import { Plans } from '../http/plan.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

export const http = async (parts: Parts): Promise<Built> => {
  const [variables, tokens, streams] = await Promise.all([parts.environment(), parts.tokenStores(), parts.streams()])
  const { clock, authority, permit, log } = parts
  const warn = (entry: string, message: string): void => log.record('warn', entry, message)
  const plans = new Plans({ clock, authority, permit, tokens, warn })
  const handlers = new Handlers(parts)
  const gateways = new Gateways({ ...parts, plans, handlers, lookup: (after) => variables.lookup(after) })
  return { services: [httpService(handlers, streams)], handler: gateways.handler, begin: () => gateways.begin() }
}
