import { Args } from '@oclif/core'
import { string } from '@oclif/core/flags'
import type { Version } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { configure } from '../../configure.ts'
import { print } from '../../output.ts'
import { changeOnNodeOrAlone, OPERATOR } from '../../running.ts'
import { author, withStored } from '../../stored.ts'

export default class RegistryResolve extends AppCommand {
  static override summary = 'Settle an entry that was changed at run time and is something else in the files.'
  static override description =
    'With --take files the entry becomes what its file says, as a new version; with --take runtime it stays, and is no longer reported.'
  static override args = { id: Args.string({ required: true, description: 'namespace:name' }) }
  static override flags = { take: string({ summary: 'Whose word counts.', options: ['files', 'runtime'], required: true }) }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryResolve)
    const { id } = args
    const take = flags.take === 'files' ? 'files' : 'runtime'
    const config = await configure(flags)
    const say = (version: Version | null): void =>
      print(version === null ? `${id} stays as it was changed at run time` : `v${version.id}: ${id} is what the files say`)
    await changeOnNodeOrAlone(config.state, {
      talk: async (client) => say((await client.ask('registry.settle', { id, take, author: OPERATOR })) as Version | null),
      alone: () =>
        withStored(
          config,
          async ({ registry, operating }) =>
            say(await registry.settle(id, take, { author: author(), message: 'as the files say', allow: operating(author()) })),
          true,
        ),
    })
  }
}
