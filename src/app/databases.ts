// The feature of databases: `sql` and the kinds `db.sql.*`.

import type { Connections } from '../service/connections.ts'
import { DATABASE_KINDS, describeDatabase } from '../service/databases.ts'
import { sqlService } from '../service/sql.ts'
import type { Database } from '../sql/database.ts'
import { connectionsOf } from './connections.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

/** What `db.sql.*` entries are connected to, for whatever keeps something in them. */
export const databasesOf = async (parts: Parts): Promise<Connections<Database>> => {
  const { clock, config, environment } = parts
  const variables = await environment()
  return connectionsOf<Database>(parts, {
    noun: 'database',
    kinds: DATABASE_KINDS,
    describe: (entry, after) => describeDatabase(entry, variables.lookup(after), { root: config.root, clock }),
  })
}

/** The feature itself. */
export const databases = async (parts: Parts): Promise<Built> => {
  const connections = await parts.databases()
  return { services: [sqlService(connections)], handler: connections.handler, stop: () => connections.close() }
}
