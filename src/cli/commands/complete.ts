// wippy complete -- WORDS…: what may stand next; for the scripts of `wippy completion`.

import { Command } from '@oclif/core/command'
import { completionsOf } from '../completion.ts'
import { print } from '../output.ts'

export default class Complete extends Command {
  static override hidden = true
  static override strict = false

  override async run(): Promise<void> {
    const { loadCommands } = await import('./index.ts')
    const words = this.argv[0] === '--' ? this.argv.slice(1) : this.argv
    const found = await completionsOf(words, await loadCommands())
    if (found.length > 0) print(found.join('\n'))
  }
}
