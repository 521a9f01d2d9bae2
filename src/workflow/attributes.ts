// Search attributes: what code says of its workflow, as pairs that can be looked for. A list is several values of one name.

import { Kind, WippyError } from '../error.ts'
import { type Attribute, LONGEST_ATTRIBUTE, MOST_ATTRIBUTES } from './query.ts'

const refused = (message: string): WippyError =>
  new WippyError('WORKFLOW_ATTRIBUTES', Kind.Invalid, message, {
    retryable: false,
    hint: `At most ${MOST_ATTRIBUTES} of them; a name and a value have at most ${LONGEST_ATTRIBUTE} bytes. What is only shown goes into memo.`,
  })

const isFine = (text: string): boolean => Buffer.byteLength(text) <= LONGEST_ATTRIBUTE && text.isWellFormed() && !text.includes('\0')

const textOf = (name: string, value: unknown): string => {
  const isScalar = ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
  if (!isScalar) throw refused(`attribute "${name}" is neither a text, a number, a boolean nor a list of these`)
  const text = String(value)
  if (isFine(text)) return text
  throw refused(`the value of attribute "${name}" is too long, or no text`)
}

/** Throws WORKFLOW_ATTRIBUTES. */
export const attributesOf = (search: Readonly<Record<string, unknown>>): readonly Attribute[] => {
  const pairs = Object.entries(search).flatMap(([name, value]) => {
    if (name === '' || !isFine(name)) throw refused('an attribute has no name, or too long a one')
    if (name.startsWith('@')) throw refused(`"${name}" begins with @, as the runtime's own attributes do`)
    return [...new Set((Array.isArray(value) ? value : [value]).map((item) => textOf(name, item)))].map((text) => [name, text] as const)
  })
  if (pairs.length <= MOST_ATTRIBUTES) return pairs
  throw refused(`these are ${pairs.length} attributes`)
}
