// The feature of stores: `store` and the kinds `store.*`.

import { Connections } from '../service/connections.ts'
import { storeService } from '../service/store.ts'
import { describeStore, STORE_KINDS } from '../service/stores.ts'
import type { Folders } from '../store/folders.ts'
import type { Store } from '../store/store.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

/** What `store.*` entries are connected to, for whatever keeps something in them. */
export const storesOf = async ({
  clock,
  config,
  environment,
  databases,
  isStarting,
  registry,
  trial,
  log,
  report,
}: Parts): Promise<Connections<Store>> => {
  const variables = await environment()
  let opened: Promise<Folders> | null = null
  const folders = (): Promise<Folders> => {
    opened ??= import('../store/folders.ts').then((module) => new module.Folders())
    return opened
  }
  return new Connections<Store>({
    clock,
    noun: 'store',
    kinds: STORE_KINDS,
    describe: (entry, after) => {
      const surroundings = { root: config.root, clock, folders, databases, kindOf: (id: string) => after.get(id)?.kind }
      return describeStore(entry, variables.lookup(after), surroundings)
    },
    kindOf: (id) => registry.get(id)?.kind,
    isStarting,
    trial,
    warn: (id, message, error) => log.record('warn', id, message, { error: error.text }),
    report,
  })
}

export const stores = async (parts: Parts): Promise<Built> => {
  const connections = await parts.stores()
  return { services: [storeService(connections)], handler: connections.handler, stop: () => connections.close() }
}
