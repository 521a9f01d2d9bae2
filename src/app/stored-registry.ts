// The registry of an app as it is stored, without a node: to look at, and to change while no node runs.
//
// Nothing acts on kinds here: what is put in is checked by its handlers when a node starts.

import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { ownerOf } from '../lmdb/owner.ts'
import { StateFolder } from '../lmdb/state-folder.ts'
import type { Entry } from '../registry/entry.ts'
import { type ApplyOptions, Registry } from '../registry/registry.ts'
import { SourceTree } from '../registry/source-tree.ts'
import { StoredHistory } from '../registry/stored-history.ts'
import { Audit } from '../service/audit.ts'
import { type ChangeAction, operating } from '../service/entry-change.ts'
import { createLog } from '../service/logger.ts'

export type StoredRegistry = {
  readonly registry: Registry
  readonly history: StoredHistory
  readonly state: StateFolder
  /** What is wrong with the files, and entries that clash with them. */
  readonly problems: readonly WippyError[]
  readonly warnings: readonly WippyError[]
  /** What `allow` is to be for changes of the operator, who makes them with `by`: the audit has them. */
  operating(by: string, action?: ChangeAction): NonNullable<ApplyOptions['allow']>
  close(): Promise<void>
}

export type OpenOptions = {
  readonly write?: boolean
  /** What a node has that runs here, asked for while it may have stored nothing yet; null when none runs. */
  readonly live?: () => Promise<readonly Entry[] | null>
}

/**
 * Opens it. For reading, a node that runs is not disturbed, and is shown as it is; else the files as they are now are laid under what is stored.
 * For writing no node may run: throws STATE_OWNED. Throws REGISTRY_NOT_KEPT when the app keeps no history on disk.
 */
export const openRegistry = async (config: Config, { write = false, live }: OpenOptions = {}): Promise<StoredRegistry> => {
  if (config.registry.history !== 'durable') {
    const hint = 'Set registry.history to durable, or add --set registry.history=durable.'
    throw new WippyError('REGISTRY_NOT_KEPT', Kind.Unavailable, `this app keeps its registry in ${config.registry.history}`, { hint })
  }
  const owner = ownerOf(config.state)
  if (write && owner) throw owner
  const running = live ? await live() : null
  const state = new StateFolder(config.state, { readOnly: !write })
  const history = new StoredHistory({ state, root: config.root, keep: config.registry.keep, asLeft: owner !== null })
  const registry = new Registry({ history })
  registry.kinds.add({ kinds: '*' })
  try {
    const baseline = running ? { entries: running, problems: [] } : new SourceTree(config).baseline
    const unread = new Set(baseline.problems.flatMap(({ where }) => where?.file ?? []))
    const { problems, warnings } = await registry.boot(baseline.entries, unread)
    const log = createLog({ write: (line) => void process.stderr.write(line), now: Date.now, format: 'console', level: 'warn' })
    const audit = new Audit({ state, clock: systemClock, log })
    return {
      registry,
      history,
      state,
      problems: [...baseline.problems, ...problems],
      warnings,
      operating: (by, action) => operating(audit, by, action),
      close: async () => {
        await audit.flush()
        await state.close()
      },
    }
  } catch (error) {
    await state.close()
    throw error
  }
}
