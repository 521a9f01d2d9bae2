// wippy deploy PATH

import { relative, resolve } from 'node:path'
import { string as text } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { Kind, WippyError } from '../../error.ts'
import type { Config, Deployment, Entry, Version } from '../../index.ts'
import { configure } from '../configure.ts'
import { Exit } from '../exit.ts'
import { NodeCommand } from '../node-command.ts'
import { json, print, sayAll } from '../output.ts'
import { Quit } from '../quit.ts'
import { OPERATOR, snapshotOf } from '../running.ts'
import { plainVersion } from '../stored.ts'

/** The entries of a folder as the app would run them. Ends the program when any of it cannot be read. */
const entriesOf = async (config: Config, folder: string): Promise<readonly Entry[]> => {
  const { assemble } = await import('../../index.ts')
  const { entries, problems } = assemble({ ...config, src: [folder] })
  const wrong = problems.filter(({ code }) => code !== 'IMPORT_MISSING') // it may be on the node: the handlers look there
  sayAll(wrong)
  if (wrong.length > 0) throw new Quit(Exit.app)
  if (entries.length > 0) return entries
  const where = { file: relative(process.cwd(), folder) || '.' }
  throw new WippyError('DEPLOY_EMPTY', Kind.Invalid, 'there are no entries in this folder', { where })
}

const changeOf = ({ id, before, after }: Deployment['pairs'][number]) => ({
  change: before === null ? 'created' : after === null ? 'deleted' : 'changed',
  id,
})

export default class Deploy extends NodeCommand {
  static override summary = 'Bring what the files of a folder say into the running node, as one version.'
  static override description =
    `The node's handlers look at all of it before anything changes; when one refuses, the reason is said and nothing has changed.
Of the namespaces that the folder has, entries that came from files and are no longer in it are deleted; what was made at run time stays.
Overrides, disabled entries and replacements are those of the app's configuration. Exit code 9: somebody else changed one of the entries at the same moment.`
  static override examples = ['<%= config.bin %> deploy src -m "new prices"', '<%= config.bin %> deploy ../release/src --dry-run']
  static override args = { folder: text({ required: true, description: 'A folder of entries.' }) }
  static override flags = {
    message: string({ char: 'm', summary: 'What the change is for.', default: '' }),
    author: string({ summary: 'Whom it is by.', helpValue: '<name>', default: OPERATOR }),
    'dry-run': boolean({ summary: 'Show what would change and whether the node would take it; change nothing.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Deploy)
    const config = await configure({}, resolve(flags.dir ?? '.'))
    await this.withNode({ ...flags, state: flags.state ?? config.state }, async (client) => {
      const wanted = await entriesOf(config, resolve(args.folder))
      const there = await snapshotOf(client)
      const { deploymentOf, differenceText } = await import('../../index.ts')
      const { pairs, entries, gone } = deploymentOf(there.entries, wanted)
      const base = there.version.id
      const dry = flags['dry-run']
      const { author, message } = flags
      const { sent } = await import('../../control/sent-entry.ts')
      const asked = { entries: entries.map(sent), gone, base, author, message, dry }
      const version = pairs.length === 0 ? there.version : ((await client.ask('registry.apply', asked)) as Version | null)
      const changes = pairs.map(changeOf)
      if (flags.json) return print(json({ $type: 'deploy', v: 1, base, dry, version: version && plainVersion(version), changes }))
      if (pairs.length === 0) return print(`no difference: v${base} says what the files say`)
      if (dry) print(pairs.map(({ id, before, after }) => differenceText(id, before, after)).join('\n\n'))
      else for (const { change, id } of changes) print(`${change} ${id}`)
      const count = `${pairs.length} ${pairs.length === 1 ? 'entry' : 'entries'}`
      print(version === null ? `v${base} stays; ${count} would change` : `v${version.id}: ${count} changed`)
    })
  }
}
