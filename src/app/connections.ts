// What entries of some kinds are connected to, in a node.

import { type Connection, Connections, type ConnectionsOptions } from '../service/connections.ts'
import type { Parts } from './parts.ts'

/** Connections to what entries of `kinds` describe. */
export const connectionsOf = <T extends Connection>(
  { clock, registry, isStarting, trial, log, report }: Parts,
  how: Pick<ConnectionsOptions<T>, 'noun' | 'kinds' | 'describe'>,
): Connections<T> =>
  new Connections<T>({
    ...how,
    clock,
    kindOf: (id) => registry.get(id)?.kind,
    isStarting,
    trial,
    warn: (id, message, error) => log.record('warn', id, message, { error: error.text }),
    report,
  })
