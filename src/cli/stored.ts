// What the commands below `wippy registry` share: the stored registry of the app here, and what stands for an entry or a version in their output.

import { userInfo } from 'node:os'
import type { Entry, StoredRegistry, Version } from '../index.ts'
import { type AppFlags, configure } from './configure.ts'
import { sayAll } from './output.ts'

/** Opens the stored registry of the app in the working directory, says what is wrong with its files, and closes it after `act`. */
export const withRegistry = async (
  flags: AppFlags,
  act: (stored: StoredRegistry) => Promise<void> | void,
  write = false,
): Promise<void> => {
  const config = await configure(flags)
  const { openRegistry } = await import('../index.ts')
  const stored = await openRegistry(config, { write })
  try {
    sayAll(stored.problems)
    sayAll(stored.warnings, 'warning: ')
    await act(stored)
  } finally {
    await stored.close()
  }
}

/** Who changes something from the command line. */
export const author = (): string => `cli:${userInfo().username}`

export const plainEntry = ({ id, kind, meta, data, origin }: Entry): object => ({
  ...{ id, kind, meta, data },
  ...(origin && { file: origin.file, line: origin.line }),
})

export const plainVersion = (version: Version): object => ({ ...version, time: new Date(version.time).toISOString() })

/** `v3` or `3` as a number, null when it is neither. */
export const versionIn = (word: string): number | null => (/^v?\d+$/.test(word) ? Number(word.replace('v', '')) : null)
