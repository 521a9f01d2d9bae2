// The thread that reads forms.

import { doJobs } from '../service/thread-program.ts'
import { parseMultipart } from './multipart.ts'

doJobs(parseMultipart)
