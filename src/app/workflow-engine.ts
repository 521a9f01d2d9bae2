// Where the journals of an app are kept, from its configuration:
//
//   workflow: { engine: 'postgres', url: 'postgres://user:password@host:5432/name', schema: 'wippy', lease: '6s' }
//   workflow: { engine: 'postgres', database: 'app:db' }   an entry of kind db.sql.postgres
//
// Without any of that: in the state folder, by the node alone.

import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import type { Lookup } from '../registry/interpolate.ts'
import { postgresAddressOf } from '../service/databases.ts'
import { nearest } from '../suggest.ts'
import type { Engine } from '../workflow/engine.ts'
import type { PostgresAddress } from '../workflow/postgres-lanes.ts'

/** What entries of databases are read by. */
export type EngineGround = {
  /** The entries the app begins with. */
  readonly entries: () => readonly Entry[]
  readonly lookup: (entries: readonly Entry[]) => Promise<Lookup>
  readonly clock: Clock
  readonly report: (error: unknown) => void
  readonly restored?: () => void
}

/** Settings of workflows that say where journals are. */
export const ENGINE_SETTINGS: readonly string[] = ['engine', 'url', 'database', 'schema']

const PORT = 5432

const setting = (message: string, hint: string): WippyError =>
  new WippyError('WORKFLOW_SETTING', Kind.Invalid, message, { hint, retryable: false })

const URL_HINT = 'Write workflow.url as postgres://user:password@host:5432/database, with %-escapes for what is not a letter or digit.'

/** Never repeats the URL: it holds a password. */
const addressIn = (text: string): PostgresAddress => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === '')
    throw setting('workflow.url is no address of PostgreSQL', URL_HINT)
  const database = decodeURIComponent(url.pathname.slice(1))
  if (database === '' || url.username === '') throw setting('workflow.url names no user, or no database', URL_HINT)
  const mode = url.searchParams.get('sslmode') ?? (/^(?:localhost|127\..*|\[::1\])$/.test(url.hostname) ? 'disable' : 'require')
  const ssl = { disable: false, require: { rejectUnauthorized: false }, 'verify-full': { rejectUnauthorized: true } }[mode]
  if (ssl === undefined) throw setting('sslmode in workflow.url is not disable, require or verify-full', URL_HINT)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORT : Number(url.port),
    database,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ssl,
  }
}

const addressOfEntry = async (id: string, { entries, lookup }: EngineGround): Promise<PostgresAddress> => {
  const all = entries()
  const entry = all.find((one) => one.id === id)
  if (entry?.kind === 'db.sql.postgres') return postgresAddressOf(entry, await lookup(all))
  if (entry) throw setting(`workflow.database names "${id}", which is a ${entry.kind}`, 'Name an entry of kind db.sql.postgres.')
  const known = all.filter(({ kind }) => kind === 'db.sql.postgres').map((one) => one.id)
  const meant = nearest(id, known)
  throw setting(
    `workflow.database names "${id}", which is no entry of the app`,
    meant === null ? 'Add it, as a db.sql.postgres.' : `Did you mean "${meant}"?`,
  )
}

/** Whether the journals of an app are in its state folder. Throws WORKFLOW_SETTING. */
export const isEmbedded = ({ sections: { workflow } }: Config): boolean => {
  const { engine } = isFields(workflow) ? workflow : {}
  if (engine !== undefined && engine !== 'lmdb' && engine !== 'postgres')
    throw setting(`workflow.engine is ${JSON.stringify(engine)}`, 'Write lmdb or postgres.')
  return engine !== 'postgres'
}

/** Opens the engine of an app that is not embedded. Throws WORKFLOW_SETTING, and as `PostgresEngine.open`. */
export const openShared = async ({ sections: { workflow } }: Config, ground: EngineGround): Promise<Engine> => {
  const { url, database, schema = 'wippy' } = isFields(workflow) ? workflow : {}
  if (typeof schema !== 'string') throw setting('workflow.schema is no text', 'Write the name of a schema.')
  if ((typeof url === 'string') === (typeof database === 'string'))
    throw setting('workflow.engine is postgres, and which one is not said', 'Set either workflow.url or workflow.database.')
  const address = typeof url === 'string' ? addressIn(url) : await addressOfEntry(String(database), ground)
  const { PostgresEngine } = await import('../workflow/postgres.ts')
  const { clock, report, restored = () => {} } = ground
  return PostgresEngine.open({ address, schema, clock, report, restored })
}
