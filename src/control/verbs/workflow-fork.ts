// Starts a workflow where another one was behind a record; it is durable when this is answered.

import { forkOne } from '../../app/workflow-copies.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const { clock, log } = node.parts
  const wanted = { of: textOf(args, 'id'), record: args.record, ...('as' in args && { id: textOf(args, 'as') }) }
  const forked = await forkOne(workflowsOf(node.parts), { ...wanted, nowMs: clock.nowMs() })
  log.record('info', 'control', 'workflow forked', { id: forked.id, from: forked.from, record: forked.record })
  return forked
}
