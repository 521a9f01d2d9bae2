// wippy explain CODE

import { string } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { Kind, WippyError } from '../../error.ts'
import { explanations } from '../explain.ts'
import { json, print, table } from '../output.ts'

const unknown = async (what: string, word: string, all: Iterable<string>): Promise<WippyError> => {
  const { didYouMean } = await import('../../index.ts')
  const hint = didYouMean(word, all, '"wippy explain --list" shows all codes, docs/kinds.md all kinds.')
  return new WippyError('EXPLAIN_UNKNOWN', Kind.NotFound, `there is no ${what} ${word}`, { hint })
}

/** A kind of entries with its fields. */
const tellKind = async (word: string, asJson: boolean): Promise<void> => {
  const { entryKinds } = await import('../kinds.ts')
  const found = entryKinds.find(({ name }) => name === word)
  if (!found)
    throw await unknown(
      'kind',
      word,
      entryKinds.map(({ name }) => name),
    )
  if (asJson) return print(json({ $type: 'kind', v: 1, ...found }))
  print(`${found.name}\n${found.doc}`)
  const rows = found.fields.map(({ name, otherwise, what }) => [name, otherwise, what])
  if (rows.length > 0) print(table(['field', 'otherwise', ''], rows))
}

export default class Explain extends Command {
  static override summary = 'Explain an error code (what it means, why it happens, how to fix it), or the fields of a kind of entries.'
  static override examples = [
    '<%= config.bin %> explain IMPORT_CYCLE',
    '<%= config.bin %> explain process.service',
    '<%= config.bin %> explain --list',
  ]
  static override args = { code: string({ description: 'What is in brackets after a message, or a kind of entries.' }) }
  static override flags = {
    list: boolean({ summary: 'List all codes.' }),
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
    if (args.code.includes('.')) return tellKind(args.code, flags.json)
    const code = args.code.replace(/^\[|\]$/g, '').toUpperCase()
    const found = explanations.get(code)
    if (!found) throw await unknown('code', code, explanations.keys())
    if (flags.json) return print(json({ $type: 'explanation', v: 1, ...found }))
    print(`${found.code}\n${found.what}\n${found.why}\n→ ${found.mend}`)
  }
}
