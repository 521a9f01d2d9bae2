// wippy deploy PATH

import { resolve } from 'node:path'
import { string as text } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import type { Client } from '../../control/client.ts'
import type { Config, Version } from '../../index.ts'
import { changing } from '../changing.ts'
import { configure } from '../configure.ts'
import { moduleTypesText } from '../module-types.ts'
import { NodeCommand } from '../node-command.ts'
import { coloured, complain, json, print, sayAll } from '../output.ts'
import { changeOf, entriesIn, entriesText } from '../release.ts'
import { OPERATOR, snapshotOf } from '../running.ts'
import { plainVersion } from '../stored.ts'

export default class Deploy extends NodeCommand {
  static override summary = 'Bring what the files of a folder say into the running node, as one version.'
  static override description =
    `The node's handlers check all of it before anything changes; if one refuses, its reason is shown and nothing has changed.
Of the namespaces that the folder has, entries that came from files and are no longer in it are deleted; what was made at run time stays.
Overrides, disabled entries and replacements are those of the app's configuration. Exit code 9: somebody else changed one of the entries at the same moment.`
  static override examples = ['<%= config.bin %> deploy src -m "new prices"', '<%= config.bin %> deploy ../release/src --dry-run']
  static override args = { folder: text({ description: "A folder of entries; the app's own otherwise." }) }
  static override flags = {
    message: string({ char: 'm', summary: 'What the change is for.', default: '' }),
    author: string({ summary: 'Who makes it.', helpValue: '<name>', default: OPERATOR }),
    'dry-run': boolean({ summary: 'Show what would change and whether the node would take it; change nothing.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Deploy)
    const deploy = async (client: Client, config: Config, begin: () => void): Promise<void> => {
      const wanted = await entriesIn(config, args.folder === undefined ? config.src : [resolve(args.folder)])
      const there = await snapshotOf(client)
      const { deploymentOf, differenceText } = await import('../../index.ts')
      const { pairs, entries, gone } = deploymentOf(there.entries, wanted)
      const base = there.version.id
      const dry = flags['dry-run']
      const { author, message } = flags
      const { sent } = await import('../../control/sent-entry.ts')
      const asked = { entries: entries.map(sent), gone, base, author, message, dry }
      if (!dry) begin()
      const version = pairs.length === 0 ? there.version : ((await client.ask('registry.apply', asked)) as Version | null)
      const changes = pairs.map(changeOf)
      const { deployedTypes } = await import('../../app/deployed-types.ts')
      const { own, ofModules } = deployedTypes({ entries, gone, root: config.root }, there.entries)
      if (flags.json) {
        const plain = [...own, ...ofModules].map(({ code, message, where, hint }) => ({ code, message, where, hint }))
        return print(json({ $type: 'deploy', v: 1, base, dry, version: version && plainVersion(version), changes, types: plain }))
      }
      sayAll(own, 'warning: ')
      if (ofModules.length > 0) complain(moduleTypesText(ofModules))
      if (pairs.length === 0) return print(`no difference: v${base} says what the files say`)
      if (dry) print(pairs.map(({ id, before, after }) => coloured(differenceText(id, before, after))).join('\n\n'))
      else for (const { change, id } of changes) print(`${change} ${id}`)
      const count = entriesText(pairs.length)
      print(version === null ? `v${base} stays; ${count} would change` : `v${version.id}: ${count} changed`)
    }
    await changing(async (begin) => {
      const config = await configure({}, resolve(flags.dir ?? '.'))
      await this.withNode({ ...flags, state: flags.state ?? config.state }, (client) => deploy(client, config, begin))
    })
  }
}
