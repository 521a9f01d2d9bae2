// The thread that reads long code.

import { readNow } from './reader.ts'
import { doJobs } from './thread-program.ts'

doJobs(readNow)
