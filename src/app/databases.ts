// The feature of databases: `sql` and the kinds `db.sql.*`.

import { Connections } from '../service/connections.ts'
import { DATABASE_KINDS, describeDatabase } from '../service/databases.ts'
import { sqlService } from '../service/sql.ts'
import type { Database } from '../sql/database.ts'
import type { Built } from './feature.ts'
import type { Parts } from './parts.ts'

export const databases = async ({ clock, config, environment, isStarting, trial, log, report }: Parts): Promise<Built> => {
  const variables = await environment()
  const connections = new Connections<Database>({
    clock,
    noun: 'database',
    kinds: DATABASE_KINDS,
    describe: (entry, after) => describeDatabase(entry, variables.lookup(after), { root: config.root, clock }),
    isStarting,
    trial,
    warn: (id, message, error) => log.record('warn', id, message, { error: error.text }),
    report,
  })
  return { services: [sqlService(connections)], handler: connections.handler, stop: () => connections.close() }
}
