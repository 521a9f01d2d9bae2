// The reference pages, made of what the program knows: `npm run docs` writes them, test/cli/docs.test.ts says when they are stale.

import { loadCommands } from '../src/cli/commands/index.ts'
import { explanations } from '../src/cli/explain.ts'
import { entryKinds } from '../src/cli/kinds.ts'
import { luaApi, type Section, signature } from '../src/lua/api/api.ts'

type Flag = {
  readonly type: 'boolean' | 'option'
  readonly char?: string
  readonly summary?: string
  readonly helpValue?: string | readonly string[]
  readonly default?: unknown
  readonly options?: readonly string[]
  readonly hidden?: boolean
}
type Command = {
  readonly hidden?: boolean
  readonly summary?: string
  readonly description?: string
  readonly usage?: string | readonly string[]
  readonly examples?: readonly unknown[]
  readonly args?: Readonly<Record<string, { readonly required?: boolean; readonly description?: string }>>
  readonly flags?: Readonly<Record<string, Flag>>
  readonly baseFlags?: Readonly<Record<string, Flag>>
}

const MADE = '<!-- Made by `npm run docs`. -->'

/** Text within a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n')
const page = (title: string, ...parts: readonly string[]): string => `# ${title}\n\n${MADE}\n\n${parts.join('\n\n')}\n`

const flagName = (name: string, { char, type, helpValue, options }: Flag): string => {
  const value = type === 'boolean' ? '' : ` ${options?.join('\\|') ?? helpValue ?? '<value>'}`
  return `\`${char ? `-${char}, ` : ''}--${name}${value}\``
}

const usageOf = (name: string, { args = {}, usage }: Command): string[] => {
  if (usage !== undefined) return [usage].flat().map((line) => `wippy ${line}`)
  const words = Object.entries(args).map(([word, { required }]) => (required ? word.toUpperCase() : `[${word.toUpperCase()}]`))
  return [['wippy', name, ...words, '[FLAGS]'].join(' ')]
}

const commandText = (id: string, command: Command): string => {
  const name = id.replaceAll(':', ' ')
  const args = Object.entries(command.args ?? {}).map(([word, { description = '' }]) => [`\`${word.toUpperCase()}\``, description])
  const flags = Object.entries({ ...command.flags, ...command.baseFlags })
    .filter(([, { hidden }]) => !hidden)
    .map(([flag, it]) => [
      flagName(flag, it),
      `${it.summary ?? ''}${typeof it.default === 'string' && it.default !== '' ? ` Default: ${it.default}.` : ''}`,
    ])
  const examples = (command.examples ?? []).map((one) => String(one).replaceAll('<%= config.bin %>', 'wippy'))
  return [
    `## wippy ${name}`,
    command.summary ?? '',
    ['```', ...usageOf(name, command), '```'].join('\n'),
    command.description ?? '',
    args.length > 0 ? table(['argument', ''], args) : '',
    flags.length > 0 ? table(['flag', ''], flags) : '',
    examples.length > 0 ? ['```', ...examples, '```'].join('\n') : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const EXITS = table(
  ['exit code', 'means'],
  [
    ['0', 'done'],
    ['1', 'failed'],
    ['2', 'wrong flags or arguments'],
    ['3', 'something is wrong in the files of the app'],
    ['4', 'not found'],
    ['5', 'not allowed'],
    ['7', 'no node can be reached'],
    ['8', 'no answer in time'],
    ['9', 'somebody else was first: it exists already, or has changed'],
    ['130', 'ended by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP'],
    ['141', 'nobody read what the process wrote'],
  ],
)

const commands = await loadCommands()

const commandsPage = (): string =>
  page(
    'Commands',
    'Every command takes `--help`. Its answer goes to standard output, everything else to standard error; with `--json` both are documents that name their `$type`. `NO_COLOR` is respected.',
    `${EXITS}\n\nThe exit code of \`wippy run TARGET\` is what the target returned.`,
    ...Object.entries(commands as unknown as Readonly<Record<string, Command>>)
      .filter(([, { hidden }]) => !hidden)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, command]) => commandText(id, command)),
  )

const sectionText = (section: Section): string => {
  const { sort, name, doc, members } = section
  const joint = sort === 'class' || name === 'logger' ? ':' : '.'
  const rows = members.map((member) => [
    `\`${signature(member, member.name.includes('.') || sort !== 'class' ? `${name}${joint}` : ':')}\``,
    member.doc,
  ])
  const title = sort === 'class' ? `### ${name}` : `## ${name}${sort === 'global' ? ' (always there)' : ''}`
  return [title, ...(doc === '' ? [] : [doc]), ...(rows.length === 0 ? [] : [table(['', ''], rows)])].join('\n\n')
}

const luaPage = (): string =>
  page(
    'The Lua API',
    'A module is required by name, and must be listed under `modules:` of the entry. What can fail returns nil and an `Error`. `wippy stubs` writes this for editors.',
    'The language is Lua 5.4, without bytecode, files, `debug` and `load`. It differs in one thing, so that apps written for upstream run: an assignment to the key nil (`t[k] = v` where k is nil) raises no error and keeps nothing. Where that is known before the code runs, a check reports it ([types](types.md)): E0008 and E0012.',
    ...luaApi.map(sectionText),
  )

const kindsPage = (): string =>
  page(
    'Kinds of entries',
    'Every entry has `name`, `kind` and `meta`; the rest are the fields of its kind. A reference without a colon names an entry in the same namespace. `wippy check` says what is wrong with an entry, and where.',
    ...entryKinds.map(({ name, doc, fields }) => {
      const rows = fields.map((one) => [`\`${one.name}\``, one.otherwise, one.what])
      return [`## ${name}`, doc, ...(rows.length === 0 ? [] : [table(['field', 'default', ''], rows)])].join('\n\n')
    }),
  )

const errorsPage = (): string =>
  page(
    'Error codes',
    '`wippy explain CODE` says the same.',
    table(
      ['code', 'what', 'why', 'how to fix it'],
      [...explanations.values()].map(({ code, what, why, mend }) => [`\`${code}\``, what, why, mend]),
    ),
  )

/** Pages by the names of their files. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map([
    ['commands.md', commandsPage()],
    ['lua.md', luaPage()],
    ['kinds.md', kindsPage()],
    ['errors.md', errorsPage()],
  ])
