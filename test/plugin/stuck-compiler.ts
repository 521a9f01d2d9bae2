// A compiler that does what the text of a module says: stays for ever, ends, or gives the text back.

import type { CompileJob } from '../../src/plugin/compiler.ts'

process.on('disconnect', () => process.exit())
process.on('message', (job: CompileJob & { make: 'component' }) => {
  if (job.module === 'end') process.exit(1)
  if (job.module !== 'stay') process.send!({ made: Buffer.from(job.module) })
})
process.send!(null)
