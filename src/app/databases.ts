// The feature of databases: `sql` and the kinds `db.sql.*`.

import { Connections } from '../service/connections.ts'
import { DATABASE_KINDS, describeDatabase } from '../service/databases.ts'
import { sqlService } from '../service/sql.ts'
import type { Database } from '../sql/database.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

/** What `db.sql.*` entries are connected to, for whatever keeps something in them. */
export const databasesOf = async ({
  clock,
  config,
  environment,
  isStarting,
  registry,
  trial,
  log,
  report,
}: Parts): Promise<Connections<Database>> => {
  const variables = await environment()
  return new Connections<Database>({
    clock,
    noun: 'database',
    kinds: DATABASE_KINDS,
    describe: (entry, after) => describeDatabase(entry, variables.lookup(after), { root: config.root, clock }),
    kindOf: (id) => registry.get(id)?.kind,
    isStarting,
    trial,
    warn: (id, message, error) => log.record('warn', id, message, { error: error.text }),
    report,
  })
}

export const databases = async (parts: Parts): Promise<Built> => {
  const connections = await parts.databases()
  return { services: [sqlService(connections)], handler: connections.handler, stop: () => connections.close() }
}
