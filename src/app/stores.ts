// The feature of stores: `store` and the kinds `store.*`.

import type { Connections } from '../service/connections.ts'
import { storeService } from '../service/store.ts'
import { describeStore, STORE_KINDS } from '../service/stores.ts'
import type { Folders } from '../store/folders.ts'
import type { Store } from '../store/store.ts'
import { connectionsOf } from './connections.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

/** What `store.*` entries are connected to, for whatever keeps something in them. */
export const storesOf = async (parts: Parts): Promise<Connections<Store>> => {
  const { clock, config, environment, databases } = parts
  const variables = await environment()
  let opened: Promise<Folders> | null = null
  const folders = (): Promise<Folders> => {
    opened ??= import('../store/folders.ts').then((module) => new module.Folders())
    return opened
  }
  return connectionsOf<Store>(parts, {
    noun: 'store',
    kinds: STORE_KINDS,
    describe: (entry, after) => {
      const surroundings = { root: config.root, clock, folders, databases, kindOf: (id: string) => after.get(id)?.kind }
      return describeStore(entry, variables.lookup(after), surroundings)
    },
  })
}

/** The feature itself. */
export const stores = async (parts: Parts): Promise<Built> => {
  const connections = await parts.stores()
  return { services: [storeService(connections)], handler: connections.handler, stop: () => connections.close() }
}
