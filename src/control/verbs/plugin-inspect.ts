// One plugin: exports, permissions, limits, what it did.

import { pluginsOf } from '../../app/plugins.ts'
import { inspect } from '../../plugin/installed.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) =>
  inspect(textOf(args, 'name'), node.registry.snapshot().entries(), await pluginsOf(node.parts))
