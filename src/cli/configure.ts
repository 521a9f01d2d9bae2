// The configuration of the app that a command works on, and how what is wrong with it is said.

import { basename, dirname, resolve } from 'node:path'
import type { Config, ConfigOptions } from '../config.ts'
import { Exit } from './exit.ts'
import { sayAll } from './output.ts'
import { Quit } from './quit.ts'

export type AppFlags = {
  readonly config?: string | undefined
  readonly override?: readonly string[] | undefined
  readonly profile?: readonly string[] | undefined
  readonly set?: readonly string[] | undefined
  /** The file to take as wippy.lock; the app is where it is. */
  readonly 'lock-file'?: string | undefined
}

/** The configuration of the app in a directory, the working one by default. Ends the program when a setting of it is wrong. */
export const configure = async (flags: AppFlags, directory = process.cwd()): Promise<Config> => {
  const { loadConfig } = await import('../config.ts')
  const { override = [], set = [], profile: profiles = [], config: file, 'lock-file': lockFile } = flags
  const lock = lockFile === undefined ? null : resolve(directory, lockFile)
  const options: ConfigOptions = { override, set, profiles, ...(file && { file }), ...(lock !== null && { lock: basename(lock) }) }
  const { config, problems, warnings } = await loadConfig(lock === null ? directory : dirname(lock), options)
  sayAll(warnings, 'warning: ')
  if (problems.length > 0) throw new Quit(Exit.app, problems)
  return config
}
