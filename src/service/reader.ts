// Code that strangers send is read in a thread of its own: to erase the types of a long text takes longer than others should wait. What is
// short is read here: it is done before a thread had heard of it.

import { Kind, WippyError } from '../error.ts'
import { compile } from '../lua/compile.ts'
import { type Require, requires } from '../lua/requires.ts'
import { returnedNames } from '../lua/returned.ts'
import { programBeside, Thread } from './thread.ts'

/** Plain Lua, what it requires by name, and the names of what it returns (see `returnedNames`). */
export type Read = { readonly code: string; readonly requires: readonly Require[]; readonly returned: readonly string[] | null }

export type ReadAsk = { readonly source: string; readonly file: string }

const SHORT = 4096 // characters
const WAITING = 1000
const PATIENCE_MS = 10_000

/** Reads a text at once. Throws LUA_SYNTAX and the like. */
export const readNow = ({ source, file }: ReadAsk): Read => {
  const { code, chunk } = compile(source, { file })
  return { code, requires: requires(chunk), returned: returnedNames(chunk) }
}

export class Reader {
  readonly #thread = new Thread<ReadAsk, Read>({
    program: programBeside(import.meta.url, 'reader-worker'),
    patienceMs: PATIENCE_MS,
    waiting: WAITING,
    tooMuch: () =>
      new WippyError('LUA_SYNTAX', Kind.Invalid, `the code could not be read within ${PATIENCE_MS / 1000} s`, { retryable: false }),
  })

  /** For `by`. Throws LUA_SYNTAX and the like, with the place, and THREAD_FULL. */
  async read(ask: ReadAsk, by = ''): Promise<Read> {
    return ask.source.length <= SHORT ? readNow(ask) : await this.#thread.do(ask, by)
  }
}
