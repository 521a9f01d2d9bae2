// The plugins that are installed.

import { pluginsOf } from '../../app/plugins.ts'
import { summaries } from '../../plugin/installed.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = async ({ node }) => ({
  plugins: summaries(node.registry.snapshot().entries(), await pluginsOf(node.parts)),
})
