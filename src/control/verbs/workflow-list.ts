// The workflows of the node, those that run and those that have ended.

import { views } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => views.list(workflowsOf(node.parts).engine, args)
