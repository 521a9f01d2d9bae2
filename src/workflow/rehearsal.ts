// A journal run again from its beginning, without effects: whether it does what it did, with the code it began with or with other code.

import type { Frame } from '../kernel/body.ts'
import { cardOf } from './card.ts'
import { Divergence, standsAt } from './divergence.ts'
import type { Head } from './engine.ts'
import { rebuilt, type Workshop } from './rebuild.ts'
import type { Parsed } from './record.ts'

export type Rehearsal = {
  /** The first record of the run. */
  readonly from: number
  /** Steps that were the same, and their fuel. */
  readonly steps: number
  readonly fuel: number
  readonly difference: {
    readonly record: number
    readonly was: string
    readonly is: string
    /** Where the code stands that does otherwise, the innermost call first; and where the code stood that did what is written. */
    readonly stands: readonly Frame[]
    readonly stood: readonly Frame[]
  } | null
}

/** Runs the newest run in a journal again. `code`: another program. Throws as `rebuild`, but for WORKFLOW_DIVERGED. */
export const rehearse = async (workshop: Workshop, head: Head, code?: Uint8Array): Promise<Rehearsal> => {
  const { start: from } = cardOf(head.card)
  const goal = { isWhole: true, ...(code && { code }) }
  try {
    const { body, steps, fuel } = await rebuilt(workshop, head, goal)
    body.close()
    return { from, steps, fuel, difference: null }
  } catch (error) {
    if (!(error instanceof Divergence)) throw error
    const { record, difference } = error
    const before = { ...goal, seq: record.seq - 1 }
    const { body, steps, fuel } = await rebuilt(workshop, head, before)
    const stands = standsAt(body, record, difference.isHere ? difference.at : -1)
    body.close()
    const stood = code !== undefined && difference.wasThere ? await stoodAt(workshop, head, record, difference.at) : []
    const { was, is } = difference
    return { from, steps, fuel, difference: { record: record.seq, was, is, stands, stood } }
  }
}

/** Where the code of the journal stood; nowhere when that is not stored any more, or does otherwise by now itself. */
const stoodAt = async (workshop: Workshop, head: Head, record: Parsed, at: number): Promise<readonly Frame[]> => {
  if ((await workshop.engine.code(cardOf(head.card).code)) === null) return []
  try {
    const { body } = await rebuilt(workshop, head, { isWhole: true, seq: record.seq - 1 })
    const frames = standsAt(body, record, at)
    body.close()
    return frames
  } catch (error) {
    if (error instanceof Divergence) return []
    throw error
  }
}
