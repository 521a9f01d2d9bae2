import { integer } from '@oclif/core/flags'
import { AppCommand } from '../../base.ts'
import { configure } from '../../configure.ts'
import { counted, print } from '../../output.ts'
import { changeOnNodeOrAlone } from '../../running.ts'
import { withStored } from '../../stored.ts'

type Pruned = { readonly gone: number; readonly left: number }

export default class RegistryPrune extends AppCommand {
  static override summary = 'Take old versions away, so that the history takes less room.'
  static override description =
    `The current version and what came after it stay. "registry.keep" in the configuration does the same as versions are made.`
  static override flags = { keep: integer({ summary: 'How many versions stay.', required: true, min: 1 }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(RegistryPrune)
    const { keep } = flags
    const config = await configure(flags)
    const say = ({ gone, left }: Pruned): void => print(`${counted(gone, 'version')} went, ${left} ${left === 1 ? 'stays' : 'stay'}`)
    await changeOnNodeOrAlone(config.state, {
      talk: async (client) => say((await client.ask('registry.prune', { keep })) as Pruned),
      alone: () =>
        withStored(config, async ({ registry }) => say({ gone: await registry.prune(keep), left: registry.versions().length }), true),
    })
  }
}
