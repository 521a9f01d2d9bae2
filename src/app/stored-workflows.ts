// The workflows of an app as they are stored, without a node: in its state folder, or in the database its configuration names.

import { systemClock } from '../clock.ts'
import { type Config, loadConfig } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { StateFolder } from '../lmdb/state-folder.ts'
import { SourceTree } from '../registry/source-tree.ts'
import type { Engine } from '../workflow/engine.ts'
import { LmdbEngine } from '../workflow/lmdb.ts'
import { isEmbedded, openShared } from './workflow-engine.ts'

export type StoredPlace = {
  /** The state folder. */
  readonly folder: string
  /** The directory of the app; null when only the folder counts. */
  readonly app: string | null
}

/** Does something with the engine of an app. Throws STATE_NOT_FOUND when nothing is stored, and as `openShared`. */
export const withStoredEngine = async <T>({ folder, app }: StoredPlace, act: (engine: Engine) => Promise<T>): Promise<T> => {
  const shared = app === null ? null : await sharedIn(app)
  if (shared !== null) return withShared(shared, act)
  const state = new StateFolder(folder, { readOnly: true })
  try {
    const env = await state.existing()
    if (env === null) {
      throw new WippyError('STATE_NOT_FOUND', Kind.NotFound, 'there is no stored state, and so no workflow', {
        where: { file: folder },
        hint: 'Say where the app is: -C directory, or --state folder.',
      })
    }
    return await act(new LmdbEngine(env))
  } finally {
    await state.close()
  }
}

/** The configuration of an app whose journals are not in its state folder; null for any other, and when there is no app. */
const sharedIn = async (app: string): Promise<Config | null> => {
  try {
    const { config } = await loadConfig(app)
    return isEmbedded(config) ? null : config
  } catch (error) {
    if (error instanceof WippyError && error.code === 'CONFIG_NOT_FOUND') return null
    throw error
  }
}

const withShared = async <T>(config: Config, act: (engine: Engine) => Promise<T>): Promise<T> => {
  const engine = await openShared(config, {
    entries: () => new SourceTree(config).baseline.entries,
    lookup: async (entries) => {
      const { Environment } = await import('../service/env.ts')
      return new Environment({ root: config.root, os: process.env }).lookup(new Map(entries.map((entry) => [entry.id, entry])))
    },
    clock: systemClock,
    report: () => {}, // only what waits for the database to come back is reported, and nothing here does
  })
  try {
    return await act(engine)
  } finally {
    await engine.close()
  }
}
