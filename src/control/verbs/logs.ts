// What the node has logged lately, and with `follow` what it logs from now on.

import { jsonLine } from '../../json.ts'
import type { LogRecord } from '../../service/log-line.ts'
import { untilOver, type Verb } from '../verb.ts'

const plain = ({ timeMs, level, source, message, fields }: LogRecord) => ({
  ...{ time: timeMs, level, source, message },
  fields: [...fields].map(([name, value]) => [name, typeof value === 'object' && value !== null ? jsonLine(value) : String(value)]),
})

export const verb: Verb = async (call) => {
  const { tail } = call.node.parts
  let lost = 0
  const give = (record: LogRecord): void => {
    if (!call.send(plain(record))) lost++
  }
  tail.recent().forEach(give)
  if (call.args.follow !== true) return { lost }
  const stop = tail.follow(give)
  await untilOver(call)
  stop()
  return { lost }
}
