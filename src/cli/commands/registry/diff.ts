import { Args } from '@oclif/core'
import { boolean } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import type { Entry, StoredRegistry } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { coloured, json, print } from '../../output.ts'
import { plainEntry, versionIn, withRegistry } from '../../stored.ts'

type Pair = { readonly id: string; readonly before: Entry | null; readonly after: Entry | null }

/** Where the entries in force are not what the files say. */
const fromFiles = ({ registry, history }: StoredRegistry, only?: string): Pair[] =>
  history
    .differences()
    .flatMap(({ id, file }) => (only === undefined || only === id ? { id, before: file, after: registry.get(id) ?? null } : []))

const between = ({ registry }: StoredRegistry, from: number, to: number): Pair[] => {
  const [before, after] = [registry.snapshotAt(from), registry.snapshotAt(to)]
  const ids = new Set([...before.state.keys(), ...after.state.keys()])
  return [...ids].sort().flatMap((id) => {
    const pair = { id, before: before.get(id) ?? null, after: after.get(id) ?? null }
    return pair.before === pair.after ? [] : pair
  })
}

const madeBy = ({ registry }: StoredRegistry, version: number): Pair[] =>
  registry.changes(version).map(({ kind, entry, before }) => ({ id: entry.id, before, after: kind === 'entry.delete' ? null : entry }))

export default class RegistryDiff extends AppCommand {
  static override summary = 'Show what differs: from the files, in one version, or between two.'
  static override description =
    'Without an argument, where entries are not what the files say; with an entry, only that one; with a version, what it changed; with two, what lies between.'
  static override examples = [
    '<%= config.bin %> registry diff',
    '<%= config.bin %> registry diff app:greeting',
    '<%= config.bin %> registry diff v3',
    '<%= config.bin %> registry diff v3 v7',
  ]
  static override args = {
    from: Args.string({ description: 'An entry or a version.' }),
    to: Args.string({ description: 'A version.' }),
  }
  static override flags = { json: boolean({ summary: 'As JSON.' }) }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryDiff)
    const { differenceText } = await import('../../../index.ts')
    await withRegistry(flags, (stored) => {
      const [from, to] = [args.from, args.to].map((word) => (word === undefined ? null : versionIn(word)))
      if (args.to !== undefined && (from === null || to === null))
        throw new WippyError('VERSION_INVALID', Kind.Invalid, `"${from === null ? args.from : args.to}" is not a version`, {
          hint: 'Write v3.',
        })
      if (args.from !== undefined && typeof from !== 'number')
        stored.registry.get(args.from) ??
          stored.history.differences().find(({ id }) => id === args.from) ??
          stored.registry.snapshot().need(args.from)
      const pairs =
        typeof from !== 'number'
          ? fromFiles(stored, args.from)
          : typeof to === 'number'
            ? between(stored, from, to)
            : madeBy(stored, stored.registry.version(from).id)
      if (flags.json)
        return print(
          json({
            $type: 'differences',
            v: 1,
            entries: pairs.map(({ id, before, after }) => ({
              id,
              before: before && plainEntry(before),
              after: after && plainEntry(after),
            })),
          }),
        )
      print(
        pairs.length === 0
          ? 'no difference'
          : pairs.map(({ id, before, after }) => coloured(differenceText(id, before, after))).join('\n\n'),
      )
    })
  }
}
