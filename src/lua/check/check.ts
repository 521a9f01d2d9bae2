// A chunk → the mistakes in it, and the type of what it returns, for those who import it.
//
// Gradual: what has no annotation is inferred where it can be, and any where it cannot. Only what the code itself contradicts is told.

import { didYouMean } from '../../suggest.ts'
import type { AnyNode, Chunk } from '../ast.ts'
import { codeFrame } from '../diagnostics.ts'
import { parse } from '../parser.ts'
import { PRIMITIVES } from '../type.ts'
import { fieldOf } from './assignable.ts'
import { CODES, type Code, type Severity } from './codes.ts'
import type { Surroundings } from './ground.ts'
import { StatementReader } from './statement.ts'
import { any, resolved, type Type } from './type.ts'
import { Exhausted } from './work.ts'

export type Diagnostic = {
  readonly code: Code
  readonly severity: Severity
  readonly message: string
  /** How to mend it, when that is known. */
  readonly hint: string | undefined
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** The lines around it, with a caret. */
  readonly frame: string
}

export type Checked = {
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[]
  /** The type of what the chunk returns. */
  readonly exports: Type
  /** Names of globals that it makes; null when it may make any. */
  readonly globals: ReadonlySet<string> | null
}

class Checker extends StatementReader {
  /** The type of what the chunk returns. A chunk that asks for too much is left half checked, and told so. */
  check(): Type {
    let exports: Type = any
    try {
      exports = this.at(this.chunkBlock(), 0)
      this.flow.isDead = false
      this.tellAwaited()
    } catch (fault) {
      if (!(fault instanceof Exhausted)) throw fault
      this.found.push({
        code: 'E0013',
        start: 0,
        end: 0,
        message: 'a part of this is not checked: it takes too much work',
        hint: SPLIT_HINT,
      })
    }
    return exports
  }

  /** A name of a type that no scope has: `lib.Config`, an object of a module, or none. */
  protected memberNamed(path: readonly string[], args: readonly Type[], node: AnyNode): Type {
    const [head = '', ...rest] = path
    this.work.spend(1 + (this.bindings.all.length >> 4))
    const variable = this.bindings.all.findLast(({ name }) => name === head)
    if (rest.length > 0) {
      let type: Type = variable ? this.typeOfVariable(variable) : any
      for (const name of rest) type = fieldOf(type, name) ?? any
      const found = resolved(type)
      return found.kind === 'type' && found.arity === args.length ? found.make(args) : any
    }
    const named = this.surroundings.named(head)
    if (named) return named
    if (!variable)
      this.report('E0009', node, `there is no type '${head}'`, didYouMean(head, [...PRIMITIVES], `Define it: type ${head} = …`))
    return any
  }
}

const SPLIT_HINT = 'Spread it over several libraries, or give types to what others are made of.'

/** Checks a parsed chunk. Pure, and bounded by the length of the text; never throws for what the text says. */
export const checkChunk = (chunk: Chunk, surroundings: Surroundings): Checked => {
  const checker = new Checker(chunk, surroundings)
  const exports = checker.check()
  const diagnostics = checker.found
    .toSorted((a, b) => a.start - b.start)
    .map(({ code, message, hint, start, end }) => ({
      code,
      severity: CODES[code].severity,
      message,
      hint,
      ...chunk.source.place(start),
      frame: codeFrame(chunk.source, start, end),
    }))
  const { hasOpenGlobals, assignedGlobals } = checker.bindings
  return { diagnostics, exports, globals: hasOpenGlobals ? null : assignedGlobals }
}

/** Checks a text. Throws what `parse` throws. */
export const check = (text: string, { file, ...surroundings }: Surroundings & { readonly file: string }): Checked =>
  checkChunk(parse(text, { file }), surroundings)
