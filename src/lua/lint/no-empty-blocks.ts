// Blocks with nothing in them. Those whose condition or iterator does the work, cases of a chain that another case follows, and those with a
// comment are meant to be empty.

import type { Block, Expression, Statement } from '../ast.ts'
import { nodesOf, walk } from '../walk.ts'
import type { Remark, Rule } from './finding.ts'

/** Iterators that do nothing but go on. */
const IDLE: ReadonlySet<string> = new Set(['pairs', 'ipairs'])

const callsIn = (expression: Expression): boolean => {
  let found = false
  walk(expression, ({ kind }) => {
    found ||= kind === 'call'
    return !found
  })
  return found
}

const isIdle = (values: readonly Expression[]): boolean =>
  values.length === 1 && values[0]?.kind === 'call' && values[0].callee.kind === 'name' && IDLE.has(values[0].callee.name)

type Part = { readonly word: string; readonly block: Block; readonly start: number }

/** The blocks of a statement in which something has to stand. */
const partsOf = (statement: Statement): readonly Part[] => {
  const { kind, start } = statement
  switch (kind) {
    case 'if': {
      const last = statement.arms.length - 1
      const { block, start: at } = statement.arms[last]!
      const arm = { word: last === 0 ? 'if' : 'elseif', block, start: at }
      const { otherwise } = statement
      return otherwise ? [arm, { word: 'else', block: otherwise, start: otherwise.end - 'else'.length }] : [arm]
    }
    case 'while':
    case 'repeat':
      return callsIn(statement.condition) ? [] : [{ word: kind, block: statement.block, start }]
    case 'fornumber':
      return [{ word: 'for', block: statement.block, start }]
    case 'forin':
      return isIdle(statement.values) ? [{ word: 'for', block: statement.block, start }] : []
    default:
      return []
  }
}

const KINDS = ['if', 'while', 'repeat', 'fornumber', 'forin'] as const

export const noEmptyBlocks: Rule = {
  code: 'W0001',
  name: 'no-empty-blocks',
  severity: 'warning',
  *find({ chunk }): Iterable<Remark> {
    const { text } = chunk.source
    for (const statement of KINDS.flatMap((kind) => nodesOf(chunk, kind))) {
      for (const { word, block, start } of partsOf(statement)) {
        if (block.body.length > 0 || /^[\s;]*--/.test(text.slice(block.end))) continue
        yield { start, end: start + word.length, message: `empty ${word} block`, hint: 'If it is meant to be empty, say why in a comment.' }
      }
    }
  },
}
