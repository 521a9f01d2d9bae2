// wippy explain CODE

import { string } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { Kind, WippyError } from '../../error.ts'
import { explanations } from '../explain.ts'
import { json, print, table } from '../output.ts'

const unknown = async (code: string): Promise<WippyError> => {
  const { didYouMean } = await import('../../index.ts')
  const hint = didYouMean(code, explanations.keys(), '"wippy explain --list" shows all.')
  return new WippyError('EXPLAIN_UNKNOWN', Kind.NotFound, `there is no code ${code}`, { hint })
}

export default class Explain extends Command {
  static override summary = 'Say what the code of an error means, why there is one, and how to mend it.'
  static override examples = ['<%= config.bin %> explain IMPORT_CYCLE', '<%= config.bin %> explain --list']
  static override args = { code: string({ description: 'What stands in brackets behind a message.' }) }
  static override flags = {
    list: boolean({ summary: 'All of them.' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Explain)
    if (flags.list || args.code === undefined) {
      const all = [...explanations.values()]
      if (flags.json) return print(json({ $type: 'explanations', v: 1, codes: all }))
      return print(
        table(
          ['code', 'what'],
          all.map(({ code, what }) => [code, what]),
        ),
      )
    }
    const code = args.code.replace(/^\[|\]$/g, '').toUpperCase()
    const found = explanations.get(code)
    if (!found) throw await unknown(code)
    if (flags.json) return print(json({ $type: 'explanation', v: 1, ...found }))
    print(`${found.code}\n${found.what}\n${found.why}\n→ ${found.mend}`)
  }
}
