import { Args } from '@oclif/core'
import { boolean, string } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import { AppCommand } from '../../base.ts'
import { json, print } from '../../output.ts'
import { plainEntry, versionNamed, withRegistry } from '../../stored.ts'

export default class RegistryShow extends AppCommand {
  static override summary = 'Show an entry.'
  static override args = { id: Args.string({ required: true, description: 'namespace:name' }) }
  static override flags = {
    field: string({ char: 'f', summary: 'Only this field: meta.title, data.source, or source for data.' }),
    at: string({ summary: 'As it was in this version.', helpValue: 'v3' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryShow)
    const { entryText, fieldOf } = await import('../../../index.ts')
    await withRegistry(flags, ({ registry, history }) => {
      const version = flags.at === undefined ? registry.current.id : versionNamed(flags.at)
      const entry = registry.snapshotAt(version).need(args.id)
      if (flags.field !== undefined) {
        const value = fieldOf(entry, flags.field)
        if (value === undefined)
          throw new WippyError('FIELD_NOT_FOUND', Kind.NotFound, `"${entry.id}" has no field "${flags.field}"`, {
            hint: `"wippy registry show ${entry.id}" shows those it has.`,
          })
        return print(typeof value === 'string' && !flags.json ? value : json(value))
      }
      if (flags.json) return print(json({ $type: 'entry', v: 1, ...plainEntry(entry) }))
      print(`# v${version}${entry.origin ? `, ${entry.origin.file}:${entry.origin.line}` : ''}`)
      if (history.differences().some(({ id }) => id === entry.id)) print(`# not what the files say: wippy registry diff ${entry.id}`)
      print(entryText(entry).trimEnd())
    })
  }
}
