import { Args } from '@oclif/core'
import { boolean } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import { AppCommand } from '../../base.ts'
import { json, print } from '../../output.ts'
import { plainVersion, versionIn, withRegistry } from '../../stored.ts'

export default class RegistryRollback extends AppCommand {
  static override summary = 'Make another version current: back, and forward again.'
  static override description =
    'Nothing is lost: the versions in between stay, and the next change branches off. No node may run meanwhile.'
  static override args = { version: Args.string({ required: true, description: 'v3' }) }
  static override flags = { json: boolean({ summary: 'As JSON.' }) }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryRollback)
    const id = versionIn(args.version)
    if (id === null) throw new WippyError('VERSION_INVALID', Kind.Invalid, `"${args.version}" is not a version`, { hint: 'Write v3.' })
    await withRegistry(
      flags,
      async ({ registry }) => {
        const { id: before } = registry.current
        const version = await registry.applyVersion(id)
        print(flags.json ? json(plainVersion(version)) : `from v${before} to v${version.id}`)
      },
      true,
    )
  }
}
