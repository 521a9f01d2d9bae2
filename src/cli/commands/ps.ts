// wippy ps

import { NodeCommand } from '../node-command.ts'
import { ps } from '../ps.ts'

export default class Ps extends NodeCommand {
  static override summary = 'List the processes of the node that runs here.'
  static override examples = ['<%= config.bin %> ps', '<%= config.bin %> ps -C ../shop --json']

  override async run(): Promise<void> {
    const { flags } = await this.parse(Ps)
    await ps(flags)
  }
}
