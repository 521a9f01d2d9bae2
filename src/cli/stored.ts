// What the commands below `wippy registry` share: the stored registry of the app here, and what stands for an entry or a version in their output.

import { userInfo } from 'node:os'
import { Kind, WippyError } from '../error.ts'
import type { Config, Entry, StoredRegistry, Version } from '../index.ts'
import { type AppFlags, configure } from './configure.ts'
import { sayAll } from './output.ts'
import { waitingFor } from './progress.ts'
import { snapshotOf, withRunning } from './running.ts'

/** What a running node has that has stored nothing yet: its version 0, which need not be what the files say by now. */
const liveEntries = async (config: Config): Promise<readonly Entry[] | null> => {
  let live: readonly Entry[] | null = null
  await withRunning(config, async (client) => {
    live = (await snapshotOf(client)).entries
  })
  return live
}

/** Opens the stored registry of an app, says what is wrong with its files, and closes it after `act`. */
export const withStored = async (config: Config, act: (stored: StoredRegistry) => Promise<void> | void, write: boolean): Promise<void> => {
  const { openRegistry } = await import('../index.ts')
  const stored = await waitingFor('reading what is stored', openRegistry(config, write ? { write } : { live: () => liveEntries(config) }))
  try {
    sayAll(stored.problems)
    sayAll(stored.warnings, 'warning: ')
    await act(stored)
  } finally {
    await stored.close()
  }
}

/** Looks at that of the app in the working directory. */
export const withRegistry = async (flags: AppFlags, act: (stored: StoredRegistry) => Promise<void> | void): Promise<void> =>
  withStored(await configure(flags), act, false)

/** Who changes something from the command line. */
export const author = (): string => `cli:${userInfo().username}`

export const plainEntry = ({ id, kind, meta, data, origin }: Entry): object => ({
  ...{ id, kind, meta, data },
  ...(origin && { file: origin.file, line: origin.line }),
})

export const plainVersion = (version: Version): object => ({ ...version, time: new Date(version.time).toISOString() })

/** `v3` or `3` as a number, null when it is neither. */
export const versionIn = (word: string): number | null => (/^v?\d+$/.test(word) ? Number(word.replace('v', '')) : null)

/** The version a word names. Throws VERSION_INVALID. */
export const versionNamed = (word: string): number => {
  const id = versionIn(word)
  if (id !== null) return id
  throw new WippyError('VERSION_INVALID', Kind.Invalid, `"${word}" is not a version`, { hint: 'Write v3.' })
}
