// The features of HTTP: `http` and the kinds `http.*`; `http_client`.

import { Files } from '../http/files.ts'
import { Gateways } from '../http/gateways.ts'
import { Handlers } from '../http/handlers.ts'
import { httpService } from '../http/http-service.ts'
import { Plans } from '../http/plan.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

export const http = async (parts: Parts): Promise<Built> => {
  const [variables, tokens, streams, volumes] = await Promise.all([
    parts.environment(),
    parts.tokenStores(),
    parts.streams(),
    parts.volumes(),
  ])
  const files = new Files(volumes, parts.permit)
  const { clock, authority, permit, log } = parts
  const warn = (entry: string, message: string): void => log.record('warn', entry, message)
  const plans = new Plans({ clock, authority, permit, tokens, files, warn })
  const handlers = new Handlers(parts)
  const gateways = new Gateways({ ...parts, plans, handlers, files, lookup: (after) => variables.lookup(after) })
  return { services: [httpService(handlers, streams)], handler: gateways.handler, begin: () => gateways.begin() }
}

export const httpClient = async ({ guard, clock, streams }: Parts): Promise<Built> => {
  const [{ ClientService }, { systemLookup }] = await Promise.all([
    import('../http/client/client-service.ts'),
    import('../http/client/reach.ts'),
  ])
  const client = new ClientService({ permits: guard, clock, streams: await streams(), lookup: systemLookup })
  return { services: [client.service], stop: async () => client.close() }
}
