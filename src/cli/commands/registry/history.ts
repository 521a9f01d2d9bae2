import { boolean, integer } from '@oclif/core/flags'
import type { Change, Version } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { json, print, table } from '../../output.ts'
import { plainVersion, withRegistry } from '../../stored.ts'

const SIGNS = { 'entry.create': '+', 'entry.update': '~', 'entry.delete': '-' } as const

/** `+2 ~1`, or the change itself when it is the only one. */
const summary = (changes: readonly Change[]): string => {
  const only = changes.length === 1 ? changes[0] : undefined
  if (only) return `${SIGNS[only.kind]}${only.entry.id}`
  const counts = Object.entries(SIGNS).map(([kind, sign]) => [sign, changes.filter((change) => change.kind === kind).length] as const)
  return counts.flatMap(([sign, count]) => (count > 0 ? `${sign}${count}` : [])).join(' ')
}

export default class RegistryHistory extends AppCommand {
  static override summary = 'List the versions of the registry, the newest first.'
  static override flags = {
    limit: integer({ char: 'l', summary: 'How many.', default: 30, min: 1 }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(RegistryHistory)
    await withRegistry(flags, ({ registry }) => {
      const { id: current } = registry.current
      const versions = registry.versions().toReversed().slice(0, flags.limit)
      const known = (version: Version): object => ({ ...plainVersion(version), current: version.id === current })
      if (flags.json) return print(json({ $type: 'versions', v: 1, versions: versions.map(known) }))
      const rows = versions.map(({ id, parent, time, author, message }) => [
        `v${id}`,
        id === current ? 'current' : '',
        parent === null ? '' : `v${parent}`,
        new Date(time).toISOString().slice(0, 19).replace('T', ' '),
        author,
        summary(registry.changes(id)),
        message,
      ])
      print(table(['version', '', 'from', 'time (UTC)', 'author', 'changes', 'message'], rows))
    })
  }
}
