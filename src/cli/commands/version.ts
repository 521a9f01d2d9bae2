import { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { print } from '../output.ts'

export default class Version extends Command {
  static override summary = 'Show the version of wippy.'
  static override flags = { short: boolean({ summary: 'Just the number.' }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Version)
    const { version, platform, arch } = this.config
    print(flags.short ? version : `wippy ${version} (node ${process.version}, ${platform}-${arch})`)
  }
}
