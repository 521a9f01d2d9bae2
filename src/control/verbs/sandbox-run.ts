// Runs code in the sandbox of the node, with what the options name.

import { runOn } from '../../app/sandbox-run.ts'
import { whenGone } from '../../gone.ts'
import { isFields } from '../../registry/entry.ts'
import { plainOutcome } from '../../service/sandbox-outcome.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args, send, gone }) => {
  send('running') // it may take longer than a client waits for a word
  const asker = { pid: null, onEnd: (free: () => void) => whenGone(gone, free) }
  return plainOutcome(await runOn(node, textOf(args, 'code'), isFields(args.options) ? args.options : {}, asker))
}
