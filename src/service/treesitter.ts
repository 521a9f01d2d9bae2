// The host half of `treesitter`: texts to trees, and patterns to what they match in them, in a thread beside the node's. See src/text/.

import { Kind, WippyError } from '../error.ts'
import type { Operation, Service } from './service.ts'
import { programBeside, Thread } from './thread.ts'
import type { SyntaxAsk } from './treesitter-worker.ts'

const PATIENCE_MS = 10_000
const WAITING = 1000
const VERBS = ['languages', 'language', 'parse', 'sexp', 'changes', 'query', 'search']

const tooMuch = (): WippyError =>
  new WippyError('SYNTAX_TOO_MUCH', Kind.Timeout, `that takes more than ${PATIENCE_MS / 1000} s, or too much memory`, {
    retryable: false,
    hint: 'Work on a part of the text at a time.',
  })

/** `root`: the directory of the app, beside which grammars are looked for. */
export const treesitterService = (root: string): Service => {
  const program = programBeside(import.meta.url, 'treesitter-worker')
  const thread = new Thread<SyntaxAsk, Uint8Array>({ program, patienceMs: PATIENCE_MS, waiting: WAITING, tooMuch })
  const operation =
    (verb: string): Operation =>
    async ({ caller, target, raw }) => ({ ok: true, values: await thread.do({ verb, target, raw, root }, caller.pid) })
  return { name: 'treesitter', operations: Object.fromEntries(VERBS.map((verb) => [`treesitter.${verb}`, operation(verb)])) }
}
