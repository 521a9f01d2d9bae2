// Installs a component as a plugin, or, with `update`, over one that is there: one changeset, live when it is answered.

import { pluginsOf } from '../../app/plugins.ts'
import { Kind, WippyError } from '../../error.ts'
import { changesTo, checkName, entriesOf, installedEntries, NAMESPACE } from '../../plugin/installation.ts'
import { allowOf, inspect, needPlugin } from '../../plugin/installed.ts'
import { fieldsOf, isFields } from '../../registry/entry.ts'
import { OPERATOR } from '../../service/audit.ts'
import { operating } from '../../service/entry-change.ts'
import { textOf, textsOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const name = textOf(args, 'name')
  const { component } = args
  if (!(component instanceof Uint8Array))
    throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, 'component is missing', { retryable: false })
  checkName(name)
  const { registry } = node
  const there = installedEntries(name, registry.snapshot().entries())
  if (args.update === true) needPlugin(name, there)
  else if (there.length > 0) {
    throw new WippyError('PLUGIN_EXISTS', Kind.AlreadyExists, `there is a plugin "${name}" already`, {
      where: { entry: `${NAMESPACE}:${name}` },
      hint: 'Use "wippy plugin update", or another --name.',
    })
  }
  const plugins = await pluginsOf(node.parts)
  const compiled = await plugins.library.install(component)
  const former = there.find(({ ns }) => ns === NAMESPACE)
  const limits = former && fieldsOf(former).limits
  const allow = textsOf(args, 'allow') ?? (former ? allowOf(former) : [])
  const wanted = entriesOf({ name, root: node.config.root, compiled, allow, ...(isFields(limits) && { limits }) })
  await registry.apply(changesTo(there, wanted), {
    author: OPERATOR,
    message: `${former ? 'update' : 'install'} plugin ${name}`,
    allow: operating(node.parts.audit, OPERATOR),
  })
  return inspect(name, registry.snapshot().entries(), plugins)
}
