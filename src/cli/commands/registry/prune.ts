import { integer } from '@oclif/core/flags'
import { AppCommand } from '../../base.ts'
import { print } from '../../output.ts'
import { withRegistry } from '../../stored.ts'

export default class RegistryPrune extends AppCommand {
  static override summary = 'Take old versions away, so that the history takes less room.'
  static override description =
    `The current version and what came after it stay. "registry.keep" in the configuration does the same as versions are made.`
  static override flags = { keep: integer({ summary: 'How many versions stay.', required: true, min: 1 }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(RegistryPrune)
    await withRegistry(
      flags,
      async ({ registry, history }) => {
        const gone = await history.prune(flags.keep)
        print(`${gone} versions went, ${registry.versions().length} stay`)
      },
      true,
    )
  }
}
