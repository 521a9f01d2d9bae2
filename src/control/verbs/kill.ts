// Ends a process: by force, or by asking it to.

import { OPERATOR } from '../../service/audit.ts'
import { processOf, textOf, type Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => {
  const { pid } = processOf(node, textOf(args, 'process'))
  if (args.cancel !== true) node.parts.audit.operated(OPERATOR, { action: 'process.terminate', resource: pid })
  if (args.cancel === true) node.scheduler.delivery.cancel(pid, 'canceled from the command line')
  else node.scheduler.terminate(pid)
  node.parts.log.record('info', 'control', args.cancel === true ? 'process asked to end' : 'process ended by force', { pid })
  return { pid }
}
