// A stretch of the journal of a workflow.

import { views } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => views.journal(workflowsOf(node.parts).engine, args)
