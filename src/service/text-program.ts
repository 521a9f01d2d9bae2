// What the threads of `text` and `html` do: from an ask's bytes to those of its answer.

import { Kind, WippyError } from '../error.ts'
import { decodeArguments, encodeAll } from '../msgpack.ts'
import type { TextOperation } from '../text/operation.ts'
import { doJobs } from './thread-program.ts'

/** An ask as a process wrote it. */
export type TextAsk = { readonly verb: string; readonly target: string; readonly raw: Uint8Array }

/** Answers asks by their verbs. */
export const doTextJobs = (operations: Readonly<Record<string, TextOperation>>): void =>
  doJobs(({ verb, target, raw }: TextAsk): Uint8Array => {
    const operation = Object.hasOwn(operations, verb) ? operations[verb] : undefined
    if (operation === undefined) throw new WippyError('OPERATION_UNKNOWN', Kind.Unavailable, `this node has no operation ${verb}`)
    return encodeAll(operation(target, decodeArguments(raw)))
  })
