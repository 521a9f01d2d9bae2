import { Args } from '@oclif/core'
import { string } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import type { Operation } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { print } from '../../output.ts'
import { author, withRegistry } from '../../stored.ts'

export default class RegistryResolve extends AppCommand {
  static override summary = 'Settle an entry that was changed at run time and is something else in the files.'
  static override description =
    'With --take files the entry becomes what its file says, as a new version; with --take runtime it stays, and is no longer reported.'
  static override args = { id: Args.string({ required: true, description: 'namespace:name' }) }
  static override flags = { take: string({ summary: 'Whose word counts.', options: ['files', 'runtime'], required: true }) }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryResolve)
    await withRegistry(
      flags,
      async ({ registry, history, operating }) => {
        const difference = history.differences().find(({ id }) => id === args.id)
        if (!difference) {
          const hint = '"wippy registry diff" shows the entries that are not.'
          throw new WippyError('REGISTRY_NO_DIFFERENCE', Kind.NotFound, `"${args.id}" is what the files say`, { hint })
        }
        if (flags.take === 'runtime') {
          await history.acknowledge([args.id])
          return print(`${args.id} stays as it was changed at run time`)
        }
        const there = registry.get(args.id)
        const operation: Operation = difference.file
          ? { kind: there ? 'entry.update' : 'entry.create', entry: difference.file }
          : { kind: 'entry.delete', id: args.id }
        const version = await registry.apply([operation], { author: author(), message: 'as the files say', allow: operating(author()) })
        print(`v${version.id}: ${args.id} is what the files say`)
      },
      true,
    )
  }
}
