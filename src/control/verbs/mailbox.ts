// What waits for a process, oldest first. Read where it lies: nothing is taken out.

import { type SeenFrame, seenFrame } from '../frame-view.ts'
import { processOf, textOf, type Verb } from '../verb.ts'

const MOST = 100 // frames of one answer

export const verb: Verb = ({ node, args }) => {
  const { pid, mailbox, body } = processOf(node, textOf(args, 'process'))
  const waiting: SeenFrame[] = []
  mailbox.look((frame) => waiting.push(seenFrame(frame)) < MOST)
  return { pid, messages: mailbox.messages, held: body.backlog, bytes: mailbox.messageBytes, waiting }
}
