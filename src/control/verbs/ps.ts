// Every process, and what the node is made of.

import { PROTOCOL } from '../protocol.ts'
import type { Verb } from '../verb.ts'

const MOST = 10_000 // processes of one answer

export const verb: Verb = ({ node: { config, registry, scheduler, parts } }) => {
  const now = parts.clock.nowMs()
  const { rss, heapUsed } = process.memoryUsage()
  const processes = []
  for (const one of scheduler.processes) {
    if (processes.length === MOST) break
    const { pid, entry, host, state, mailbox, fuel, steps, startedAt } = one
    const [messages, bytes] = [mailbox.messages, mailbox.messageBytes]
    processes.push({
      pid,
      entry,
      host: host.id,
      state,
      messages,
      bytes,
      memory: one.body.heldBytes ?? 0,
      fuel,
      steps,
      age: now - startedAt,
    })
  }
  return {
    node: {
      ...{ pid: process.pid, name: config.name ?? '', root: config.root, protocol: PROTOCOL, version: registry.current.id },
      ...{
        uptime: process.uptime() * 1000,
        rss,
        heap: heapUsed,
        processes: scheduler.processes.size,
        entries: registry.snapshot().state.size,
      },
    },
    processes,
  }
}
