// wippy completion SHELL

import { string } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { completionScripts } from '../completion.ts'

export default class Completion extends Command {
  static override summary = 'Print the script that lets a shell complete commands, flags, and the names of what runs.'
  static override examples = [
    'eval "$(<%= config.bin %> completion bash)"',
    '<%= config.bin %> completion zsh > ~/.zfunc/_wippy',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/wippy.fish',
  ]
  static override args = { shell: string({ required: true, options: Object.keys(completionScripts), description: 'bash, zsh or fish.' }) }

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    process.stdout.write(completionScripts[args.shell]!)
  }
}
