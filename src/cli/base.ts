// What commands that work on an app share: where it is configured, and how what is wrong with it is said.

import { Command } from '@oclif/core/command'
import { string } from '@oclif/core/flags'
import type { Config, ConfigOptions } from '../config.ts'
import { describe, type WippyError } from '../error.ts'
import { complain } from './output.ts'

export type AppFlags = {
  readonly config: string | undefined
  readonly override: string[] | undefined
  readonly set: string[] | undefined
}

export abstract class AppCommand extends Command {
  static override baseFlags = {
    config: string({ summary: 'The configuration file, in place of the one found here.', helpValue: '<file>' }),
    override: string({
      char: 'o',
      summary: 'Put a value over a field of an entry; repeatable.',
      helpValue: 'ns:entry:field=value',
      multiple: true,
      multipleNonGreedy: true,
    }),
    set: string({
      summary: 'Put a value over the configuration; repeatable.',
      helpValue: 'section.path=value',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  /** The configuration of the app in the working directory. Ends the program when a setting of it is wrong. */
  protected async configure(flags: AppFlags): Promise<Config> {
    const { loadConfig } = await import('../config.ts')
    const options: ConfigOptions = { override: flags.override ?? [], set: flags.set ?? [], ...(flags.config && { file: flags.config }) }
    const { config, problems, warnings } = await loadConfig(process.cwd(), options)
    this.sayAll(warnings, 'warning: ')
    this.sayAll(problems)
    if (problems.length > 0) this.exit(1)
    return config
  }

  protected sayAll(errors: readonly WippyError[], prefix = ''): void {
    for (const error of errors) complain(prefix + describe(error))
  }
}
