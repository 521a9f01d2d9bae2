// Help as oclif makes it, with what to type first, and with all of a description: its own shows the last line of one.

import { CommandHelp, Help } from '@oclif/core/help'

class WholeHelp extends CommandHelp {
  protected override description(): string | undefined {
    const { description } = this.command
    return description && this.wrap(description)
  }
}

export default class extends Help {
  protected override CommandHelpClass = WholeHelp

  override formatRoot(): string {
    const begin = this.section('BEGIN', '$ wippy new hello && cd hello && wippy run hello Ada')
    return `${super.formatRoot()}\n\n${begin}`
  }
}
