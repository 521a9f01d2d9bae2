// WebAssembly of others: it is refused with a reason, or what is made of it is for the engine to check. What was valid stays valid.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { meterModule } from '../../../src/plugin/meter.ts'
import { moduleOf } from '../../plugin/wat.ts'
import type { Target } from '../fuzz.ts'

const folder = join(import.meta.dirname, '../../attacks/wat')
const texts = ['spin', 'recursion-through-table', 'grow', 'copy'].map((name) => readFileSync(join(folder, `${name}.wat`), 'utf8'))
const modules = await Promise.all(texts.map(moduleOf))

export const target: Target = {
  mayRefuse: true,
  seeds: modules,
  make: (random) => random.of(modules),
  run: (input) => {
    const { bytes } = meterModule(input)
    if (WebAssembly.validate(input as BufferSource) && !WebAssembly.validate(bytes as BufferSource))
      throw new Error('a valid module became an invalid one')
  },
}
