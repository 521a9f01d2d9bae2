// How a workflow was behind a record.

import { views } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => views.state(workflowsOf(node.parts).engine, args)
