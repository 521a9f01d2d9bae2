// How a process ended, as those who waited for it need it.

import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import { lastWords } from '../msgpack.ts'
import type { Reply } from '../request.ts'

/** The error of an abnormal end: the runtime's own, or the one in the payload. */
export const errorOf = (exit: Exit): WippyError => {
  if (exit.error) return exit.error
  const [, error] = lastWords(exit.payload)
  if (error instanceof WippyError) return error
  return new WippyError('PROCESS_FAILED', Kind.Internal, typeof error === 'string' ? error : 'process failed')
}

/** The answer to who waited for its result. */
export const replyOf = (exit: Exit): Reply => (exit.ok ? { ok: true, values: exit.payload } : { ok: false, error: errorOf(exit) })

/** The exit code of a terminal process: a number it returned, 0 for nothing or true, 1 for false or an error. */
export const codeOf = (exit: Exit): number => {
  if (!exit.ok) return 1
  const [value] = lastWords(exit.payload)
  if (typeof value === 'number') return Math.trunc(value) & 0xff
  return value === false ? 1 : 0
}
