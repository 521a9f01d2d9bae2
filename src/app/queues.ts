// The feature of queues: `queue` and the kinds `queue.*`.

import { queueService } from '../service/queue.ts'
import { Queues } from '../service/queues.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

/** The feature itself. */
export const queues = async (parts: Parts): Promise<Built> => {
  const all = new Queues(parts)
  return { services: [queueService(all, parts.tracing)], handler: all.handler, stop: async () => all.close() }
}
