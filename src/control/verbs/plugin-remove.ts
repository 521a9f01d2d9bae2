// Takes a plugin away with all its entries, unless somebody uses it.

import { Kind, WippyError } from '../../error.ts'
import { installedEntries } from '../../plugin/installation.ts'
import { needPlugin, usersOf } from '../../plugin/installed.ts'
import { referencesOf } from '../../registry/dependency.ts'
import { OPERATOR } from '../../service/audit.ts'
import { operating } from '../../service/entry-change.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const name = textOf(args, 'name')
  const { registry } = node
  const entries = registry.snapshot().entries()
  needPlugin(name, entries)
  const users = usersOf(name, entries, referencesOf)
  if (users.length > 0) {
    throw new WippyError('PLUGIN_IN_USE', Kind.Conflict, `plugin "${name}" is used by ${users.join(', ')}`, {
      retryable: false,
      hint: 'Change or delete those first.',
      details: { users },
    })
  }
  const own = installedEntries(name, entries)
  const version = await registry.apply(
    own.map(({ id }) => ({ kind: 'entry.delete', id })),
    { author: OPERATOR, message: `remove plugin ${name}`, allow: operating(node.parts.audit, OPERATOR) },
  )
  return { name, version: version.id, entries: own.map(({ id }) => id) }
}
