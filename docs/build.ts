// Writes the reference pages beside this file.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages } from './pages.ts'

for (const [name, text] of pages()) {
  writeFileSync(join(import.meta.dirname, name), text)
  console.log(`docs/${name}`)
}
