// wippy trace PID

import { integer, option, string } from '@oclif/core/flags'
import { TRACED } from '../../control/protocol.ts'
import type { WippyError } from '../../error.ts'
import { bytesText, countText } from '../figures.ts'
import { NodeCommand, processArgument } from '../node-command.ts'
import { endWhenUnread } from '../outlets.ts'
import { complain, jsonLine, print, shortened, visible } from '../output.ts'

const WIDEST = 100 // characters of values

type Thing = {
  readonly at: number
  readonly kind: string
  readonly peer?: string
  readonly topic?: string
  readonly tag?: number
  readonly bytes?: number
  readonly values?: readonly unknown[] | null
  readonly fuel?: number
  readonly verdict?: string
}

/** An arrow says in which direction it went. */
const ARROWS: Readonly<Record<string, string>> = { start: '→', message: '→', reply: '→', event: '→', send: '←', ask: '←', exit: '←' }

const thingText = ({ at, kind, peer = '', topic = '', tag = 0, bytes = 0, values = null, fuel = 0, verdict = '' }: Thing): string => {
  const time = new Date(at).toISOString().slice(11, 23)
  if (kind === 'turn') return `${time}   turn     ${countText(fuel)} fuel, ${verdict === 'again' ? 'goes on' : verdict}`
  const what = values === null ? `(${bytesText(bytes)})` : shortened(visible(values.map(jsonLine).join(', ')), WIDEST)
  const words = [visible(peer), visible(topic), tag === 0 ? '' : `#${tag}`, what].filter(Boolean)
  return `${time} ${ARROWS[kind] ?? ' '} ${kind.padEnd(8)} ${words.join(' ')}`
}

export default class Trace extends NodeCommand {
  static override summary = 'Show live what a process of the node that runs here does.'
  static override description =
    `What arrives (→), what it sends and asks for (←), and what each of its turns costs, until it ends or Ctrl-C. An ask and its reply have the same number.
The process is not held up: of more than 2,000 things a second the rest is counted and not shown. A process that nobody traces pays nothing.`
  static override examples = [
    '<%= config.bin %> trace cart',
    '<%= config.bin %> trace 0x1f --only ask --only reply --topic "sql.*"',
    '<%= config.bin %> trace cart --json | jq .topic',
  ]
  static override args = {
    process: processArgument,
  }
  static override flags = {
    only: option({ options: TRACED, multiple: true, multipleNonGreedy: true })({ summary: 'Only things of this kind; repeatable.' }),
    topic: string({ summary: 'Only what has this topic, operation, sender or receiver; * stands for anything.', helpValue: '<pattern>' }),
    limit: integer({ char: 'n', summary: 'End after so many things.', min: 1 }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Trace)
    const { only, topic, limit = Number.POSITIVE_INFINITY } = flags
    endWhenUnread()
    await this.withNode(flags, async (client) => {
      let shown = 0
      const show = (thing: unknown): void => {
        const one = thing as Thing
        if (one.kind === 'attached') complain('Tracing; Ctrl-C ends it.')
        if (one.kind === 'attached' || shown >= limit) return
        print(flags.json ? jsonLine(thing) : thingText(one))
        if (++shown >= limit) client.close()
      }
      const asked = { ...args, ...(only && { only }), ...(topic !== undefined && { topic }) }
      const whenClosed = (error: WippyError) => {
        if (shown >= limit && error.code === 'NODE_GONE') return { lost: 0 }
        throw error
      }
      const { lost } = (await client.ask('trace', asked, show).catch(whenClosed)) as { readonly lost: number }
      if (lost > 0) complain(`${lost} more came faster than they could be shown`)
    })
  }
}
