// The thread of `text`.

import { differOperations } from '../text/differ.ts'
import { markdownOperations } from '../text/markdown.ts'
import { regexpOperations } from '../text/regexp.ts'
import { splitterOperations } from '../text/splitter.ts'
import { doTextJobs } from './text-program.ts'

doTextJobs({ ...regexpOperations, ...differOperations, ...splitterOperations, ...markdownOperations })
