// The thread of `html`.

import { htmlOperations } from '../text/sanitizer.ts'
import { doTextJobs } from './text-program.ts'

doTextJobs(htmlOperations)
