// How a workflow ends: by what its last step says, or because its body broke.

import { WippyError } from '../error.ts'
import type { Fault, Verdict } from '../kernel/body.ts'
import { faulted } from '../kernel/failure.ts'
import { endedBy, NO_RESULT } from '../kernel/payload.ts'
import { encode, lastWords } from '../msgpack.ts'

/** `payload`: a msgpack array of value and error. */
export type Ended = { readonly ok: boolean; readonly payload: Uint8Array }

/** The end that a step brings, with what it `said`; null when the workflow goes on. */
export const endOf = (verdict: Verdict, said: Ended | null, fault: Fault | null): Ended | null => {
  if (verdict === 'fault') return { ok: false, payload: endedBy(encode(faulted(fault))) }
  return said ?? (verdict === 'exit' ? { ok: true, payload: NO_RESULT } : null)
}

/** The status of a workflow that has ended so: `completed`, `cancelled` or `failed`. */
export const statusOf = ({ ok, payload }: Ended): string => {
  if (ok) return 'completed'
  const [, error] = lastWords(payload)
  return error instanceof WippyError && error.kind === 'Canceled' ? 'cancelled' : 'failed'
}
