// wippy test [WORDS...]

import { boolean, string } from '@oclif/core/flags'
import { AppCommand } from '../base.ts'

export default class Test extends AppCommand {
  static override summary = 'Run the tests of the app in this directory.'
  static override description =
    `Tests are entries with meta.type: test. The app starts in a node of its own, whose state is gone afterwards; each test is a process with the limits of its entry, and what it does wrong is its own failure.
WORDS choose tests whose id or meta.suite contains one of them; a FILE.wapp in front of them is the app.
Exit code 1: a test failed. 3: something is wrong in the app's files. 4: there is no such test.`
  static override usage = ['test [flags] [WORDS...]', 'test [flags] FILE.wapp [WORDS...]']
  static override examples = ['<%= config.bin %> test', '<%= config.bin %> test cart --watch', "<%= config.bin %> test --ns 'app.*' --json"]
  static override strict = false
  static override flags = {
    ns: string({
      summary: 'Run only the tests of these namespaces; app.* is app and all below it. Repeatable, or with commas.',
      helpValue: '<pattern>',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    timeout: string({ summary: 'How long a test without a meta.timeout may take.', helpValue: '<duration>', default: '30s' }),
    watch: boolean({ char: 'w', summary: 'Stay, and after each save run the tests that it concerns.' }),
    json: boolean({ summary: 'As JSON, when all have run.' }),
    console: boolean({ char: 'c', summary: 'Show the log of the app.' }),
  }

  override async run(): Promise<void> {
    const { flags, argv } = await this.parse(Test)
    const { test } = await import('../testing.ts')
    await test({ ...flags, ns: flags.ns ?? [] }, argv as string[])
  }
}
