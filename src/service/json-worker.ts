// The thread of `json`.

import { type Validation, validate } from './json-schema.ts'
import { doJobs } from './thread-program.ts'

doJobs((validation: Validation): true => {
  validate(validation)
  return true
})
