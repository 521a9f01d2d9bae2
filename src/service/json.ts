// The host half of `json`: values checked against JSON Schema (json-schema.ts), in a thread when that could take long.

import { Kind, WippyError } from '../error.ts'
import { invalid, type Validation, validate } from './json-schema.ts'
import type { Service } from './service.ts'
import { programBeside, Thread } from './thread.ts'

const PATIENCE_MS = 1000
const WAITING = 1000
const QUICK = 4_000_000 // schema length × value length that takes no time, if the schema has no word of SLOW: references, patterns
const SLOW = /"(?:\$(?!(?:schema|id|comment)")|pattern|format|unique)|\\u/

export const jsonService = (patienceMs = PATIENCE_MS): Service => {
  const thread = new Thread<Validation, true>({
    program: programBeside(import.meta.url, 'json-worker'),
    patienceMs,
    waiting: WAITING,
    tooMuch: () => new WippyError('JSON_TOO_SLOW', Kind.Invalid, `validation took longer than ${patienceMs} ms`, { retryable: false }),
  })

  return {
    name: 'json',
    operations: {
      'json.validate': ({ caller, args: [schema, text, loose] }) => {
        if (typeof schema !== 'string' || typeof text !== 'string') throw invalid('JSON_NOT_TEXT', 'schema and data must be JSON in UTF-8')
        const validation = { schema, text, loose: loose === true }
        if (schema.length * text.length > QUICK || SLOW.test(schema)) return thread.do(validation, caller.pid).then((valid) => [valid])
        validate(validation)
        return [true]
      },
    },
  }
}
