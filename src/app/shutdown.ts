// How a node ends: its services first, those that others require last; then every other process; what they used when nobody is left.

import type { Process } from '../kernel/process.ts'
import { hasTerminal } from '../service/door.ts'
import { cancelAll, terminateAll, within } from '../service/drain.ts'
import type { Features } from './feature.ts'
import type { Parts } from './parts.ts'
import type { Telemetry } from './telemetry.ts'

const everybody = (_: Process): boolean => true

export type Shutdown = { readonly parts: Parts; readonly features: Features; readonly telemetry: Telemetry | null }

/**
 * Ends everything that runs, in the time that `shutdown.timeout` gives, or at once with `now`; what is left then is ended by force. Resolves when
 * no process is left, and all that was to be written is on the disk.
 */
export const shutDown = async ({ parts, features, telemetry }: Shutdown, now: boolean): Promise<void> => {
  const { scheduler, supervisor, clock, config, audit, state } = parts
  await features.halt({ now })
  const stopped = Promise.all([supervisor.stopAll(), now || cancelAll(scheduler, hasTerminal)])
  const asked = (): Promise<void> => cancelAll(scheduler, everybody)
  if (!now) await within(clock, config.shutdown.timeoutMs, stopped.then(asked))
  await terminateAll(scheduler, everybody)
  await features.stop()
  await telemetry?.stop()
  await audit.flush()
  await state.close()
}
