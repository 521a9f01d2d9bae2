// Makes another version current: the one that is named, or the one that the current one was made from.

import { Kind, WippyError } from '../../error.ts'
import { versionName } from '../../registry/history.ts'
import { OPERATOR } from '../../service/audit.ts'
import { operating } from '../../service/entry-change.ts'
import { type Verb, versionOf } from '../verb.ts'

export const verb: Verb = async ({ node: { registry, parts }, args }) => {
  const from = registry.current
  const id = versionOf(args, 'version') ?? from.parent
  if (id === null)
    throw new WippyError('VERSION_NOT_FOUND', Kind.NotFound, `there is nothing before ${versionName(from)}`, {
      hint: 'It is what the files say; nothing has been changed since.',
    })
  const version = await registry.applyVersion(id, operating(parts.audit, OPERATOR, 'registry.apply_version'))
  parts.log.record('info', 'control', 'registry went to another version', { from: from.id, version: version.id })
  return { from: from.id, version }
}
