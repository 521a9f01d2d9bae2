// What features build on: the parts of one node.

import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { WippyError } from '../error.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import type { StateFolder } from '../lmdb/state-folder.ts'
import type { Tracing } from '../otel/tracing.ts'
import type { Entry } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Audit } from '../service/audit.ts'
import type { Authority } from '../service/authority.ts'
import type { Callees } from '../service/callees.ts'
import type { Connections } from '../service/connections.ts'
import type { Credentials } from '../service/credentials.ts'
import type { Door } from '../service/door.ts'
import type { Environment } from '../service/env.ts'
import type { EventBus } from '../service/events.ts'
import type { Guard } from '../service/guard.ts'
import type { Launcher } from '../service/launcher.ts'
import type { LogTail } from '../service/log-tail.ts'
import type { Log } from '../service/logger.ts'
import type { Meters } from '../service/meters.ts'
import type { Permit } from '../service/permit.ts'
import type { Policies } from '../service/policies.ts'
import type { Refusals } from '../service/refusals.ts'
import type { Services } from '../service/services.ts'
import type { Streams } from '../service/streams.ts'
import type { TokenStores } from '../service/token-stores.ts'
import type { Volumes } from '../service/volumes.ts'
import type { Database } from '../sql/database.ts'
import type { Store } from '../store/store.ts'
import type { Engine } from '../workflow/engine.ts'

export type Parts = {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  /** What was logged lately. */
  readonly tail: LogTail
  /** What must survive goes here. */
  readonly state: StateFolder
  /** The entries the app begins with. */
  readonly entries: readonly Entry[]
  readonly registry: Registry
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly supervisor: Supervisor
  readonly services: Services
  readonly door: Door
  /** Who answers calls of entries that are not Lua. */
  readonly callees: Callees
  readonly bus: EventBus
  /** Decides what processes may do. */
  readonly guard: Guard
  /** The guard's answer alone. */
  readonly permit: Permit
  /** The variables that entries declare; the same for everybody who asks. */
  readonly environment: () => Promise<Environment>
  /** What tokens stand for, where entries say so; the same for everybody who asks. */
  readonly tokenStores: () => Promise<TokenStores>
  /** The directories that entries declare; the same for everybody who asks. */
  readonly volumes: () => Promise<Volumes>
  /** What is counted and measured; the same for everybody who asks. */
  readonly meters: () => Promise<Meters>
  /** What processes have open; the same for everybody who asks. */
  readonly streams: () => Promise<Streams>
  /** Whether the entries the app begins with are still taken in. */
  readonly isStarting: () => boolean
  /** What `db.sql.*` entries are connected to; the same for everybody who asks. */
  readonly databases: () => Promise<Connections<Database>>
  /** What `store.*` entries are connected to; the same for everybody who asks. */
  readonly stores: () => Promise<Connections<Store>>
  /** Whether entries are only looked at, and nothing they name is reached. */
  readonly trial: boolean
  /** Where workflows are, when the configuration does not say it. */
  readonly journals: Engine | null
  /** Brings in the services of the modules that an entry declares. */
  readonly load: (entry: Entry) => Promise<void>
  readonly policies: Policies
  readonly credentials: Credentials
  /** What processes start with that an entry, or the operator, starts. */
  readonly authority: Authority
  readonly audit: Audit
  /** What was denied to whom, for those who have a budget. */
  readonly refusals: Refusals
  /** Null when nothing is traced. */
  readonly tracing: Tracing | null
  /** Numbers in [0, 1). */
  readonly random: () => number
  /** Ends the node with an exit code. */
  readonly exit: (code: number) => void
  /** Hears why an entry does not run; what is said while the node starts is said of its start. */
  readonly problem: (error: WippyError) => void
  /** Hears of errors that nobody waits for. */
  readonly report: (error: unknown) => void
}
