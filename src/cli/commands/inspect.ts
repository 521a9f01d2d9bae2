// wippy inspect PID

import { boolean } from '@oclif/core/flags'
import type { Coroutine, Standing, Variable } from '../../index.ts'
import { ageText, bytesText, countText } from '../figures.ts'
import { NodeCommand, processArgument } from '../node-command.ts'
import { json, print, table, visible } from '../output.ts'

type Inspected = {
  readonly pid: string
  readonly entry: string
  readonly host: string
  readonly state: string
  readonly parent: string | null
  readonly names: readonly string[]
  readonly age: number
  readonly steps: number
  readonly fuel: number
  readonly memory: number
  readonly trapLinks: boolean
  readonly mailbox: { readonly messages: number; readonly held: number; readonly bytes: number }
  readonly limits: { readonly memory: number; readonly fuel: number; readonly messages: number; readonly bytes: number }
  readonly links: readonly string[]
  readonly monitoredBy: readonly string[]
  readonly monitors: readonly string[]
  readonly standing: Standing | null
}

const variablesText = (title: string, variables: readonly Variable[]): readonly string[] =>
  variables.map(({ name, value }) => `      ${title}${visible(name)} = ${visible(value)}`)

/** Where a coroutine stands, innermost call first. */
const coroutineText = ({ isMain, frames, omitted }: Coroutine, withVariables: boolean): string =>
  [
    isMain ? 'main' : 'coroutine',
    ...frames.flatMap(({ file, line, defined, locals, outer }) => [
      `  ${visible(file)}:${line}  ${defined === 0 ? 'the file itself' : `in the function of line ${defined}`}`,
      ...(withVariables ? [...variablesText('', locals), ...variablesText('outer ', outer)] : []),
    ]),
    ...(omitted > 0 ? [`  and ${omitted} more`] : []),
  ].join('\n')

const rowsOf = (one: Inspected): (readonly [string, string])[] => {
  const { mailbox, limits } = one
  const list = (texts: readonly string[]) => texts.map(visible).join(', ') || '-'
  return [
    ['pid', visible(one.pid)],
    ['entry', visible(one.entry)],
    ['host', visible(one.host)],
    ['names', list(one.names)],
    ['parent', one.parent === null ? '-' : visible(one.parent)],
    ['state', one.state],
    ['age', ageText(one.age)],
    ['work', `${countText(one.fuel)} fuel in ${countText(one.steps)} steps; at most ${countText(limits.fuel)} a turn`],
    ['memory', `${bytesText(one.memory)} of ${bytesText(limits.memory)}`],
    [
      'mailbox',
      `${mailbox.messages} of ${limits.messages} messages (${mailbox.held} taken in), ${bytesText(mailbox.bytes)} of ${bytesText(limits.bytes)}`,
    ],
    ['links', `${list(one.links)}${one.trapLinks ? ' (it hears of their ends)' : ''}`],
    ['monitors', list(one.monitors)],
    ['monitored by', list(one.monitoredBy)],
  ]
}

export default class Inspect extends NodeCommand {
  static override summary = 'Show one process of the node that runs here.'
  static override description =
    'With where each of its coroutines stands in its files. The process is not stopped and not asked: what its memory says is read.'
  static override examples = [
    "<%= config.bin %> inspect '{app:processes|0x0001f}'",
    '<%= config.bin %> inspect 0x1f',
    '<%= config.bin %> inspect cart',
  ]
  static override args = {
    process: processArgument,
  }

  static override flags = { variables: boolean({ summary: 'Also the variables of the functions it is in.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Inspect)
    await this.withNode(flags, async (client) => {
      const found = (await client.ask('inspect', args)) as Inspected
      if (flags.json) return print(json({ $type: 'process', v: 1, ...found }))
      print(table(['what', 'is'], rowsOf(found)))
      const { coroutines = [], omitted = 0 } = found.standing ?? {}
      for (const coroutine of coroutines) print(`\n${coroutineText(coroutine, flags.variables)}`)
      if (omitted > 0) print(`\nand ${omitted} more coroutines`)
    })
  }
}
