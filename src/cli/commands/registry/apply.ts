import { Args } from '@oclif/core'
import { boolean, string } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import type { Entry, StoredRegistry, Version } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { configure } from '../../configure.ts'
import { Exit } from '../../exit.ts'
import { json, print } from '../../output.ts'
import { Quit } from '../../quit.ts'
import { changeOnNodeOrAlone, OPERATOR } from '../../running.ts'
import { author, plainVersion, versionNamed, withStored } from '../../stored.ts'

/** The entries of a file. Ends the program when it has none that could be read. */
const entriesOf = async (file: string | undefined): Promise<readonly Entry[]> => {
  if (file === undefined) return []
  const { readEntryFile } = await import('../../../index.ts')
  const { entries, problems } = readEntryFile(file)
  if (problems.length > 0) throw new Quit(Exit.app, problems)
  if (entries.length > 0) return entries
  throw new WippyError('ENTRIES_NONE', Kind.Invalid, 'there are no entries in this file', {
    where: { file },
    hint: 'It is YAML, written like _index.yaml: a namespace, and entries.',
  })
}

export default class RegistryApply extends AppCommand {
  static override summary = 'Change the registry: entries of a file are created or replaced, others deleted, in one version.'
  static override description =
    `The file is written like _index.yaml. A node that runs here takes the change in at once, or says why it does not, and nothing is changed.
When none runs, it is stored, and what handlers think of it is seen at the next start. Exit code 9: an entry has changed since --base.`
  static override examples = [
    '<%= config.bin %> registry apply tools.yaml -m "more tools"',
    '<%= config.bin %> registry apply --delete app:old',
  ]
  static override args = { file: Args.string({ description: 'A file of entries.' }) }
  static override flags = {
    delete: string({ summary: 'Delete this entry; repeatable.', helpValue: 'ns:entry', multiple: true, multipleNonGreedy: true }),
    message: string({ char: 'm', summary: 'What the change is for.', default: '' }),
    author: string({ summary: 'Who makes it.', helpValue: '<name>' }),
    base: string({ summary: 'Refuse when one of the entries has changed since this version.', helpValue: 'v3' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryApply)
    const config = await configure(flags)
    const entries = await entriesOf(args.file)
    const gone = flags.delete ?? []
    if (entries.length + gone.length === 0) {
      const hint = 'Give a file of entries, or --delete namespace:name.'
      throw new WippyError('NO_CHANGES', Kind.Invalid, 'nothing is to be changed', { hint })
    }
    const base = flags.base === undefined ? {} : { base: versionNamed(flags.base) }
    const { message } = flags
    const changed = entries.length + gone.length
    const say = (version: Version): void =>
      print(
        flags.json
          ? json({ $type: 'version', v: 1, ...plainVersion(version) })
          : `v${version.id}: ${changed} ${changed === 1 ? 'entry' : 'entries'} changed`,
      )
    await changeOnNodeOrAlone(config.state, {
      talk: async (client) => {
        const { sent } = await import('../../../control/sent-entry.ts')
        const asked = { entries: entries.map(sent), gone, message, author: flags.author ?? OPERATOR, ...base }
        say((await client.ask('registry.apply', asked)) as Version)
      },
      alone: async () => {
        const { replacing } = await import('../../../index.ts')
        const by = flags.author ?? author()
        const change = async ({ registry, operating }: StoredRegistry): Promise<void> => {
          const operations = replacing(registry.snapshot().state, entries, gone)
          say(await registry.apply(operations, { author: by, message, allow: operating(by), ...base }))
        }
        await withStored(config, change, true)
      },
    })
  }
}
