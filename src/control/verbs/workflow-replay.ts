// Whether a workflow does what it did, run again without effects.

import { views } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = ({ node, args }) => views.replay(workflowsOf(node.parts).engine, args)
