// A compiler that does what the text of a module says: stays for ever, or until there is a file, ends, or gives the text back.

import { existsSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { CompileJob } from '../../src/plugin/compiler.ts'

const give = (text: string): unknown => process.send!({ made: Buffer.from(text) })

process.on('disconnect', () => process.exit())
process.on('message', ({ module }: { module: string } & CompileJob) => {
  const [word, path = ''] = module.split(' ')
  if (word === 'end') process.exit(1)
  if (word === 'until') {
    const look = (): void => {
      if (!existsSync(path)) return
      watching.close()
      give('until')
    }
    const watching = watch(dirname(path), look)
    look() // it may have come before
  } else if (word !== 'stay') give(module)
})
process.send!(null)
