// Starts a workflow; its start is durable when this is answered.

import { randomUUID } from 'node:crypto'
import { workflowsOf } from '../../app/workflows.ts'
import { Kind, WippyError } from '../../error.ts'
import { encodeAll } from '../../msgpack.ts'
import type { Entry } from '../../registry/entry.ts'
import { WORKFLOW_HOSTS } from '../../service/launcher.ts'
import { isDurable } from '../../service/runnable.ts'
import { didYouMean } from '../../suggest.ts'
import { textOf, type Verb } from '../verb.ts'

/** The workflow that `word` names: an id, or a name that only one has. */
const entryNamed = (word: string, entries: Iterable<Entry>): Entry => {
  const all = [...entries]
  const workflows = all.filter(isDurable)
  const [found, another] = workflows.filter(({ id, name }) => (word.includes(':') ? id : name) === word)
  const unknown = (message: string, hint: string) => new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, message, { retryable: false, hint })
  if (another) throw unknown(`"${word}" could be ${found!.id} or ${another.id}`, 'Write namespace:name.')
  if (found) return found
  const other = all.find(({ id }) => id === word)
  if (other)
    throw unknown(`"${word}" is of kind ${other.kind}, which is no workflow`, 'Give a workflow.lua, or a process with meta.durable: true.')
  const ids = workflows.map(({ id }) => id)
  throw unknown(`there is no workflow entry "${word}"`, didYouMean(word, ids, `Workflows here: ${ids.join(', ') || 'none'}.`))
}

export const verb: Verb = async ({ node, args }) => {
  const workflows = workflowsOf(node.parts)
  const { launcher, registry } = node.parts
  const entry = entryNamed(textOf(args, 'entry'), registry.snapshot().entries())
  const host = typeof args.host === 'string' ? args.host : launcher.only(...WORKFLOW_HOSTS).id
  const id = 'id' in args ? textOf(args, 'id') : randomUUID()
  const pid = await workflows.start(entry.id, host, encodeAll('input' in args ? [args.input] : []), id)
  return { id, entry: entry.id, host, pid, status: 'running' }
}
