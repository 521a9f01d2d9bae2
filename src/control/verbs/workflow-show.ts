// One workflow: how it is, what it ended with, what it did.

import { views } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => views.show(workflowsOf(node.parts).engine, args)
