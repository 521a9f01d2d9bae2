// Entries that come and go as one version, if every handler agrees; with `dry`, only whether they would.

import { replacing } from '../../registry/change.ts'
import { operating } from '../../service/entry-change.ts'
import { entriesIn } from '../sent-entry.ts'
import { textOf, textsOf, type Verb, versionOf } from '../verb.ts'

export const verb: Verb = async ({ node: { registry, parts }, args }) => {
  const operations = replacing(registry.snapshot().state, entriesIn(args, 'entries'), textsOf(args, 'gone') ?? [])
  const base = versionOf(args, 'base')
  const on = base === undefined ? {} : { base }
  if (args.dry === true) return registry.check(operations, on)
  const author = textOf(args, 'author')
  const message = typeof args.message === 'string' ? args.message : ''
  const version = await registry.apply(operations, { author, message, allow: operating(parts.audit, author), ...on })
  parts.log.record('info', 'control', 'registry changed', { version: version.id, author, entries: operations.length })
  return version
}
