// Processes as `ps` and `top` show them.

import { ageText, bytesText, countText } from './figures.ts'
import { table, visible } from './output.ts'

export type Listed = {
  readonly pid: string
  readonly entry: string
  readonly host: string
  readonly state: string
  readonly messages: number
  readonly bytes: number
  readonly memory: number
  readonly fuel: number
  readonly steps: number
  readonly age: number
}

export type NodeFigures = {
  readonly pid: number
  readonly root: string
  readonly uptime: number
  readonly rss: number
  readonly processes: number
  readonly entries: number
  readonly version: number
}

export type Listing = { readonly node: NodeFigures; readonly processes: readonly Listed[] }

/** One line about the node. */
export const nodeText = ({ pid, root, uptime, rss, processes, entries, version }: NodeFigures): string =>
  `node ${pid} in ${visible(root)}: up ${ageText(uptime)}, ${bytesText(rss)}, ${processes} ${processes === 1 ? 'process' : 'processes'}, ${entries} entries at v${version}`

/** `rate` is fuel per second by pid, where it is known. */
export const processTable = (processes: readonly Listed[], rate?: ReadonlyMap<string, number>): string => {
  const head = ['pid', 'entry', 'state', 'mailbox', 'memory', ...(rate ? ['fuel/s'] : []), 'fuel', 'steps', 'age']
  const rows = processes.map(({ pid, entry, state, messages, memory, fuel, steps, age }) => [
    ...[visible(pid), visible(entry), state, String(messages), bytesText(memory)],
    ...(rate ? [countText(rate.get(pid) ?? 0)] : []),
    ...[countText(fuel), countText(steps), ageText(age)],
  ])
  return table(head, rows)
}
