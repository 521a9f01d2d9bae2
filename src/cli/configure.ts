// The configuration of the app that a command works on, and how what is wrong with it is said.

import type { Config, ConfigOptions } from '../config.ts'
import { Exit } from './exit.ts'
import { sayAll } from './output.ts'
import { Quit } from './quit.ts'

export type AppFlags = {
  readonly config?: string | undefined
  readonly override?: readonly string[] | undefined
  readonly profile?: readonly string[] | undefined
  readonly set?: readonly string[] | undefined
}

/** The configuration of the app in a directory, the working one by default. Ends the program when a setting of it is wrong. */
export const configure = async (flags: AppFlags, directory = process.cwd()): Promise<Config> => {
  const { loadConfig } = await import('../config.ts')
  const { override = [], set = [], profile: profiles = [], config: file } = flags
  const options: ConfigOptions = { override, set, profiles, ...(file && { file }) }
  const { config, problems, warnings } = await loadConfig(directory, options)
  sayAll(warnings, 'warning: ')
  if (problems.length > 0) throw new Quit(Exit.app, problems)
  return config
}
