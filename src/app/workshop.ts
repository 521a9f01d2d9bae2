// Processes of journals, beside those that run: to look at, to replay, to ask. What they want is not done.

import { decode } from '../msgpack.ts'
import type { Program } from '../program.ts'
import { Bodies } from '../vm/bodies.ts'
import { buildName } from '../vm/module.ts'
import type { Engine } from '../workflow/engine.ts'
import type { Workshop } from '../workflow/rebuild.ts'

const FEW = { hot: 2, keptBytes: 2 * 1024 * 1024 }

/** A workshop of its own over the journals of an engine. */
export const workshopOn = (engine: Engine): Workshop => {
  const bodies = new Bodies(FEW)
  return {
    engine,
    runtime: buildName(),
    makeBody: (code, { memoryBytes, hardFuel }) => bodies.make(decode(code) as Program, { memoryBytes, hardFuel }),
  }
}
