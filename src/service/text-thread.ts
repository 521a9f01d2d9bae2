// Modules whose operations are computed in a thread: `text` and `html`. The node passes bytes on, and reads none of them.

import { Kind, WippyError } from '../error.ts'
import type { Operation, Service } from './service.ts'
import type { TextAsk } from './text-program.ts'
import { programBeside, Thread } from './thread.ts'

const PATIENCE_MS = 5_000
const WAITING = 1000

const tooMuch = (): WippyError =>
  new WippyError('TEXT_TOO_MUCH', Kind.Timeout, `that takes more than ${PATIENCE_MS / 1000} s, or too much memory`, {
    retryable: false,
    hint: 'Work on a part of the text at a time.',
  })

/** A service with these verbs, which the program `NAME-worker` knows. */
export const threaded = (name: string, verbs: readonly string[]): Service => {
  const program = programBeside(import.meta.url, `${name}-worker`)
  const thread = new Thread<TextAsk, Uint8Array>({ program, patienceMs: PATIENCE_MS, waiting: WAITING, tooMuch })
  const operation =
    (verb: string): Operation =>
    async ({ caller, target, raw }) => ({ ok: true, values: await thread.do({ verb, target, raw }, caller.pid) })
  return { name, operations: Object.fromEntries(verbs.map((verb) => [`${name}.${verb}`, operation(verb)])) }
}
