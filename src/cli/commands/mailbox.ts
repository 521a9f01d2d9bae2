// wippy mailbox PID

import { bytesText } from '../figures.ts'
import { NodeCommand, processArgument } from '../node-command.ts'
import { json, jsonLine, print, shortened, table, visible } from '../output.ts'

const WIDEST = 100 // characters of values

type Waiting = {
  readonly kind: string
  readonly peer: string
  readonly topic: string
  readonly bytes: number
  readonly values: readonly unknown[] | null
}
type Found = { readonly messages: number; readonly held: number; readonly bytes: number; readonly waiting: readonly Waiting[] }

const valuesText = ({ values, bytes }: Waiting): string => {
  if (values === null) return `(${bytesText(bytes)})`
  return shortened(visible(values.map(jsonLine).join(', ')), WIDEST)
}

export default class Mailbox extends NodeCommand {
  static override summary = 'Show what waits for a process of the node that runs here.'
  static override description =
    'Oldest first, at most a hundred. Nothing is taken out; messages that the process has already taken in are in its own memory, and only counted.'
  static override args = {
    process: processArgument,
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Mailbox)
    await this.withNode(flags, async (client) => {
      const found = (await client.ask('mailbox', args)) as Found
      if (flags.json) return print(json({ $type: 'mailbox', v: 1, ...found }))
      print(`${found.messages} messages (${found.held} taken in), ${bytesText(found.bytes)}`)
      const rows = found.waiting.map((one) => [one.kind, visible(one.topic), visible(one.peer), valuesText(one)])
      if (rows.length > 0) print(table(['kind', 'topic', 'from', 'values'], rows))
    })
  }
}
