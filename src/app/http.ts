// The features of HTTP: `http` and the kinds `http.*`; `http_client`; `metrics`, which are read there.

import type { WippyError } from '../error.ts'
import { Files } from '../http/files.ts'
import type { Gateway } from '../http/gateway.ts'
import { Gateways } from '../http/gateways.ts'
import { Handlers } from '../http/handlers.ts'
import { httpService } from '../http/http-service.ts'
import { Plans } from '../http/plan.ts'
import { Relays } from '../http/relay/relays.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

/** Servers and routes. */
export const http = async (parts: Parts): Promise<Built> => {
  const [variables, tokens, streams, volumes, meters] = await Promise.all([
    parts.environment(),
    parts.tokenStores(),
    parts.streams(),
    parts.volumes(),
    parts.meters(),
  ])
  const files = new Files(volumes, parts.permit)
  const { clock, authority, permit, log, tracing } = parts
  const warn = (entry: string, message: string): void => log.record('warn', entry, message)
  const relays = new Relays({ clock, permit, scheduler: parts.scheduler, node: parts.config.name ?? '' })
  const plans = new Plans({ clock, authority, permit, tokens, files, meters, relays, tracing, warn })
  const handlers = new Handlers(parts)
  const gateways = new Gateways({ ...parts, plans, handlers, files, meters, lookup: (after) => variables.lookup(after) })
  return { services: [httpService(handlers, streams)], handler: gateways.handler, begin: () => gateways.begin() }
}

/** Requests to others. */
export const httpClient = async ({ guard, clock, streams, tracing }: Parts): Promise<Built> => {
  const [{ ClientService }, { systemLookup }] = await Promise.all([
    import('../http/client/client-service.ts'),
    import('../http/client/reach.ts'),
  ])
  const client = new ClientService({ permits: guard, clock, streams: await streams(), lookup: systemLookup, tracing })
  return { services: [client.service], stop: async () => client.close() }
}

/** WebSockets to others. */
export const websocket = async ({ guard, clock }: Parts): Promise<Built> => {
  const [{ Sockets }, { systemLookup }] = await Promise.all([import('../http/client/sockets.ts'), import('../http/client/reach.ts')])
  return { services: [new Sockets({ permits: guard, clock, lookup: systemLookup }).service] }
}

/** What is counted and measured, served where the configuration says. */
export const metrics = async ({ meters, config, clock, log, problem, report }: Parts): Promise<Built> => {
  const [known, { metricsService }] = await Promise.all([meters(), import('../service/metrics.ts')])
  const { expositionOf } = await import('../http/exposition.ts')
  const opened = (url: string): void => log.record('info', 'metrics', 'listening', { url: `${url}/metrics` })
  let server: Gateway | null = null
  return {
    services: [metricsService(known)],
    begin: async () => {
      try {
        server = expositionOf(config.sections, { meters: known, clock, opened, report })
        await server?.start()
      } catch (error) {
        problem(error as WippyError)
      }
      return []
    },
    stop: async () => server?.kill(),
  }
}
