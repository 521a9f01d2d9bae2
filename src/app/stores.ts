// The feature of stores: `store` and the kinds `store.*`.

import { Connections } from '../service/connections.ts'
import { storeService } from '../service/store.ts'
import { describeStore, STORE_KINDS } from '../service/stores.ts'
import type { Folders } from '../store/folders.ts'
import type { Store } from '../store/store.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

export const stores = async ({ clock, config, environment, isStarting, log, report }: Parts): Promise<Built> => {
  const variables = await environment()
  let opened: Promise<Folders> | null = null
  const folders = (): Promise<Folders> => {
    opened ??= import('../store/folders.ts').then((module) => new module.Folders())
    return opened
  }
  const connections = new Connections<Store>({
    clock,
    noun: 'store',
    kinds: STORE_KINDS,
    describe: (entry, after) => describeStore(entry, variables.lookup(after), { root: config.root, clock, folders }),
    isStarting,
    warn: (id, message, error) => log.record('warn', id, message, { error: error.text }),
    report,
  })
  return { services: [storeService(connections)], handler: connections.handler, stop: () => connections.close() }
}
