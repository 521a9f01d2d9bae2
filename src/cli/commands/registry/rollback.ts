import { Args } from '@oclif/core'
import { boolean } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import type { StoredRegistry, Version } from '../../../index.ts'
import { AppCommand } from '../../base.ts'
import { configure } from '../../configure.ts'
import { json, print } from '../../output.ts'
import { changeOnNodeOrAlone } from '../../running.ts'
import { author, plainVersion, versionNamed, withStored } from '../../stored.ts'

type Rolled = { readonly from: number; readonly version: Version }

export default class RegistryRollback extends AppCommand {
  static override summary = 'Make another version current: back, and forward again.'
  static override description =
    'Without a version, the one that the current one was made from. Nothing is lost: the versions in between stay, and the next change branches off. A node that runs here goes along, or says why it does not.'
  static override args = { version: Args.string({ description: 'v3' }) }
  static override flags = { json: boolean({ summary: 'As JSON.' }) }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RegistryRollback)
    const config = await configure(flags)
    const wanted = args.version === undefined ? null : versionNamed(args.version)
    const say = ({ from, version }: Rolled): void =>
      print(flags.json ? json({ $type: 'version', v: 1, ...plainVersion(version) }) : `from v${from} to v${version.id}`)
    const back = async ({ registry, operating }: StoredRegistry): Promise<void> => {
      const from = registry.current
      const id = wanted ?? from.parent
      if (id === null)
        throw new WippyError('VERSION_NOT_FOUND', Kind.NotFound, `there is nothing before v${from.id}`, {
          hint: 'It is what the files say; nothing has been changed since.',
        })
      say({ from: from.id, version: await registry.applyVersion(id, operating(author(), 'registry.apply_version')) })
    }
    await changeOnNodeOrAlone(config.state, {
      talk: async (client) => say((await client.ask('registry.rollback', wanted === null ? {} : { version: wanted })) as Rolled),
      alone: () => withStored(config, back, true),
    })
  }
}
