// What a plugin asks for and may; with `allow`, what it may from now on.

import { pluginsOf } from '../../app/plugins.ts'
import { needPlugin, summaries } from '../../plugin/installed.ts'
import { fieldsOf, makeEntry } from '../../registry/entry.ts'
import { OPERATOR } from '../../service/audit.ts'
import { operating } from '../../service/entry-change.ts'
import { textOf, textsOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const name = textOf(args, 'name')
  const allow = textsOf(args, 'allow')
  const { registry } = node
  const entry = needPlugin(name, registry.snapshot().entries())
  if (allow !== undefined) {
    const { id, kind, meta, origin } = entry
    const changed = makeEntry({ id, kind, meta, data: { ...fieldsOf(entry), allow: [...allow] }, origin })
    await registry.apply([{ kind: 'entry.update', entry: changed }], {
      author: OPERATOR,
      message: `permissions of plugin ${name}`,
      allow: operating(node.parts.audit, OPERATOR),
    })
  }
  return summaries([needPlugin(name, registry.snapshot().entries())], await pluginsOf(node.parts))[0]
}
