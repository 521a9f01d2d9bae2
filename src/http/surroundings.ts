// What routes and their middleware are made in.

import type { Clock } from '../clock.ts'
import type { Tracing } from '../otel/tracing.ts'
import type { Authority } from '../service/authority.ts'
import type { Meters } from '../service/meters.ts'
import type { Permit } from '../service/permit.ts'
import type { TokenStores } from '../service/token-stores.ts'
import type { Files } from './files.ts'
import type { Relays } from './relay/relays.ts'

export type Surroundings = {
  readonly clock: Clock
  readonly authority: Authority
  /** Decides what the actor of a request may do. */
  readonly permit: Permit
  readonly tokens: TokenStores
  readonly files: Files
  readonly meters: Meters
  readonly relays: Relays
  /** Null when nothing is traced. */
  readonly tracing: Tracing | null
  readonly warn: (entry: string, message: string) => void
}
