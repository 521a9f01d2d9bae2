// The thread of `yaml`.

import { doTextJobs } from './text-program.ts'
import { yamlOperations } from './yaml-operations.ts'

doTextJobs(yamlOperations)
