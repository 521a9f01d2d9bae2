import { boolean } from '@oclif/core/flags'
import { AppCommand } from '../../base.ts'
import { commandsIn } from '../../catalogue.ts'
import { configure } from '../../configure.ts'
import { Exit } from '../../exit.ts'
import { json, print, sayAll, table } from '../../output.ts'
import { Quit } from '../../quit.ts'

const HOW = `No commands here. An entry becomes one with:

    meta:
      command:
        name: greet
        short: Say hello`

export default class RunList extends AppCommand {
  static override summary = 'List the commands of this app.'
  static override description = 'These are the process entries with meta.command. Nothing is started.'
  static override flags = { json: boolean({ summary: 'As JSON.' }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(RunList)
    const config = await configure(flags)
    const { assemble } = await import('../../../index.ts')
    const { entries, problems } = assemble(config)
    const commands = commandsIn(entries)
    sayAll(problems)
    if (flags.json) print(json({ $type: 'commands', v: 1, commands }))
    else if (commands.length === 0) print(HOW)
    else {
      const rows = commands.map(({ name, short, entry, main }) => [name, short, entry, main ? 'when none is named' : ''])
      print(table(['command', 'what it does', 'entry', ''], rows))
    }
    if (problems.length > 0) throw new Quit(Exit.app)
  }
}
