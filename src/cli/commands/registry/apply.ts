import { Args } from '@oclif/core'
import { boolean, string } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import type { Operation } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { json, print, sayAll } from '../../output.ts'
import { Quit } from '../../quit.ts'
import { author, plainVersion, versionIn, withRegistry } from '../../stored.ts'

export default class RegistryApply extends AppCommand {
  static override summary = 'Change the registry: entries of a file are created or replaced, others deleted, in one version.'
  static override description =
    `The file is written like _index.yaml. No node may run meanwhile; what handlers think of the entries is seen when it starts.`
  static override examples = [
    '<%= config.bin %> registry apply tools.yaml -m "more tools"',
    '<%= config.bin %> registry apply --delete app:old',
  ]
  static override args = { file: Args.string({ description: 'A file of entries.' }) }
  static override flags = {
    delete: string({ summary: 'Delete this entry; repeatable.', helpValue: 'ns:entry', multiple: true, multipleNonGreedy: true }),
    message: string({ char: 'm', summary: 'What the change is for.', default: '' }),
    base: string({ summary: 'Refuse when one of the entries has changed since this version.', helpValue: 'v3' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryApply)
    const { readEntryFile } = await import('../../../index.ts')
    const { entries, problems } = args.file === undefined ? { entries: [], problems: [] } : readEntryFile(args.file)
    sayAll(problems)
    if (problems.length > 0) throw new Quit(1)
    const base = flags.base === undefined ? null : versionIn(flags.base)
    if (flags.base !== undefined && base === null)
      throw new WippyError('VERSION_INVALID', Kind.Invalid, `"${flags.base}" is not a version`, { hint: 'Write v3.' })
    await withRegistry(
      flags,
      async ({ registry }) => {
        const operations: Operation[] = [
          ...entries.map((entry) => ({ kind: registry.get(entry.id) ? 'entry.update' : 'entry.create', entry }) as const),
          ...(flags.delete ?? []).map((id) => ({ kind: 'entry.delete', id }) as const),
        ]
        const version = await registry.apply(operations, { author: author(), message: flags.message, ...(base !== null && { base }) })
        print(
          flags.json
            ? json(plainVersion(version))
            : `v${version.id}: ${operations.length} ${operations.length === 1 ? 'entry' : 'entries'} changed`,
        )
      },
      true,
    )
  }
}
