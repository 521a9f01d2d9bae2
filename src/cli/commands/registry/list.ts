import { boolean, string } from '@oclif/core/flags'
import { Kind, WippyError } from '../../../error.ts'
import { AppCommand } from '../../base.ts'
import { json, print, table } from '../../output.ts'
import { plainEntry, withRegistry } from '../../stored.ts'

const OPERATORS: Readonly<Record<string, string>> = { '=': '', '~': '~', '*': '*', '^': '^', $: '$' }

/** `type=tool` → ["meta.type", "tool"]; the other signs are those of `registry.find`. */
const metaFilter = (text: string): [string, string] => {
  const [, field = '', sign = '', wanted = ''] = /^([^=~*^$]+)([=~*^$])(.*)$/s.exec(text) ?? []
  if (field !== '') return [`${OPERATORS[sign]}meta.${field}`, wanted]
  const hint = 'Write type=tool, or ~ for a pattern, * for a part, ^ for a beginning, $ for an end in place of =.'
  throw new WippyError('FILTER_INVALID', Kind.Invalid, `"${text}" is not a filter`, { hint })
}

export default class RegistryList extends AppCommand {
  static override summary = 'List the entries of this app, as its next start or the running node has them.'
  static override examples = [
    '<%= config.bin %> registry list --kind "function.*"',
    '<%= config.bin %> registry list --meta type=tool --json',
  ]
  static override flags = {
    kind: string({ char: 'k', summary: 'Only entries of this kind; * stands for anything.' }),
    ns: string({ char: 'n', summary: 'Only entries of this namespace; * stands for anything.' }),
    name: string({ summary: 'Only entries of this name; * stands for anything.' }),
    meta: string({
      summary: 'Only entries whose meta says so; repeatable.',
      helpValue: 'type=tool',
      multiple: true,
      multipleNonGreedy: true,
    }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(RegistryList)
    const named = Object.entries({ '.kind': flags.kind, '.ns': flags.ns, '.name': flags.name }).filter(([, wanted]) => wanted !== undefined)
    const filter = Object.fromEntries([...named, ...(flags.meta ?? []).map(metaFilter)])
    await withRegistry(flags, ({ registry, history }) => {
      const entries = registry.find(filter)
      if (flags.json) return print(json({ $type: 'entries', v: 1, version: registry.current.id, entries: entries.map(plainEntry) }))
      const differences = new Map(history.differences().map((difference) => [difference.id, difference]))
      const state = (id: string): string => {
        const difference = differences.get(id)
        if (!difference) return ''
        if (difference.since !== null) return 'clash'
        return difference.file ? 'changed' : 'made at run time'
      }
      print(
        table(
          ['entry', 'kind', ''],
          entries.map(({ id, kind }) => [id, kind, state(id)]),
        ),
      )
      print(`${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} at v${registry.current.id}`)
      const gone = [...differences.keys()].filter((id) => !registry.get(id))
      if (gone.length > 0) print(`deleted at run time: ${gone.join(', ')}`)
    })
  }
}
