// One thing that an agent does, with the rights that whoever runs it has named.

import { Agent } from '../../app/agent.ts'
import { isFields } from '../../registry/entry.ts'
import { textOf, textsOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args, send, gone }) => {
  send('at work') // it may take longer than a client waits for a word
  const identity = { actor: textOf(args, 'actor'), allow: textsOf(args, 'allow') ?? [], policies: textsOf(args, 'policies') ?? [] }
  return await new Agent(node, identity, gone).act(textOf(args, 'act'), isFields(args.input) ? args.input : {})
}
