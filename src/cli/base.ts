// The flags that commands share which work on an app.

import { Command } from '@oclif/core/command'
import { string } from '@oclif/core/flags'

export abstract class AppCommand extends Command {
  static override baseFlags = {
    config: string({ summary: 'The configuration file, in place of the one found here.', helpValue: '<file>' }),
    override: string({
      char: 'o',
      summary: 'Replace the value of a field of an entry; repeatable.',
      helpValue: 'ns:entry:field=value',
      multiple: true,
      multipleNonGreedy: true,
    }),
    profile: string({
      summary: 'Lay a profile of .wippy.yaml over the settings; repeatable, in order.',
      helpValue: '<name>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    set: string({
      summary: 'Replace a value of the configuration; repeatable.',
      helpValue: 'section.path=value',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }
}
