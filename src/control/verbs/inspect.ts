// One process, from the outside: it is not stopped, and not asked.

import { processOf, textOf, type Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => {
  const process = processOf(node, textOf(args, 'process'))
  const { pid, entry, host, state, parent, startedAt, steps, fuel, mailbox, limits, trapLinks, body } = process
  const { links, names } = node.scheduler
  return {
    ...{ pid, entry, host: host.id, state, parent, startedAt, steps, fuel, trapLinks },
    age: node.parts.clock.nowMs() - startedAt,
    memory: body.heldBytes ?? 0,
    names: names.of(pid),
    mailbox: { messages: mailbox.messages, held: body.backlog, bytes: mailbox.messageBytes },
    limits: { memory: limits.memoryBytes, fuel: limits.fuel, messages: limits.mailbox.messages, bytes: limits.mailbox.bytes },
    links: [...links.peersOf(pid)],
    monitoredBy: [...links.watchersOf(pid)],
    standing: body.standing?.() ?? null,
    monitors: [...links.watchedBy(pid)],
  }
}
