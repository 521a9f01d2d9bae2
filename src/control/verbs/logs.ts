// What the node has logged lately, and with `follow` what it logs from now on.

import type { LogRecord } from '../../service/log-line.ts'
import type { Verb } from '../verb.ts'

const plain = ({ timeMs, level, source, message, fields }: LogRecord) => ({
  ...{ time: timeMs, level, source, message },
  fields: [...fields].map(([name, value]) => [name, typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)]),
})

export const verb: Verb = async ({ node, args, send, gone }) => {
  const { tail } = node.parts
  for (const record of tail.recent()) send(plain(record))
  if (args.follow !== true) return { lost: 0 }
  let lost = 0
  const stop = tail.follow((record) => {
    if (!send(plain(record))) lost++
  })
  await new Promise<void>((resolve) => {
    gone.addEventListener('abort', () => resolve(), { once: true })
    void node.ended.then(() => resolve())
  })
  stop()
  return { lost }
}
