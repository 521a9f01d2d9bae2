// What a node says of itself, on its event bus and in its log: how its services do, and what its registry has become.

import type { ServiceStatus } from '../kernel/service.ts'
import { versionName } from '../registry/history.ts'
import type { Applied } from '../registry/registry.ts'
import type { EventBus } from '../service/events.ts'
import type { Log } from '../service/logger.ts'

/** Tells each move of a service. */
export const announceServices =
  (bus: EventBus, log: Log) =>
  (service: string, { state, retrying, retries, error }: ServiceStatus): void => {
    bus.publish('supervisor', `service.${state}`, service, { state, retrying, retries, ...(error && { error: error.text }) })
    if (state !== 'failed') return
    const fields = { service, error: error?.text ?? '', ...(retrying ? { attempt: retries } : {}) }
    log.record(retrying ? 'warn' : 'error', 'supervisor', retrying ? 'service failed, it is started again' : 'service failed', fields)
  }

/** Tells each change of a version, and then the version. */
export const announceVersions =
  (bus: EventBus) =>
  ({ version, from, changes }: Applied): void => {
    for (const { kind, entry } of changes)
      bus.publish('registry', kind, entry.id, { id: entry.id, kind: entry.kind, meta: entry.meta, data: entry.data })
    const { author, message } = version
    bus.publish('registry', 'registry.commit', versionName(version), { version: version.id, from: from.id, author, message })
  }
