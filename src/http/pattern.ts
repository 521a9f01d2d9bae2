// Paths of routes, as Go's ServeMux writes them: `/users/{id}`, `/files/{path...}`, a `/` at the end for everything below, `{$}` for exactly
// that end. `/users/:id` means `/users/{id}`.

import { Kind, WippyError } from '../error.ts'

/** One part between two slashes. `rest` stands at the end and takes all that is left; it has no name when nobody asked for one. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'rest'; readonly name: string | null }

export type Pattern = { readonly text: string; readonly segments: readonly Segment[] }

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const MOST_SEGMENTS = 64

const wrong = (text: string, why: string): WippyError =>
  new WippyError('HTTP_PATTERN', Kind.Invalid, `"${text}" is no path of a route: ${why}`, {
    hint: 'For example: /users/{id}, or /files/{path...} for all that follows.',
  })

const segmentOf = (part: string, isLast: boolean, text: string): Segment | null => {
  if (part === '{$}' && isLast) return null
  const wild = /^\{(.*)\}$/.exec(part)?.[1] ?? (part.startsWith(':') ? part.slice(1) : null)
  if (wild === null) {
    if (/[{}]/.test(part)) throw wrong(text, 'a parameter is a whole part between two slashes')
    return { kind: 'literal', text: part }
  }
  const name = wild.endsWith('...') ? wild.slice(0, -3) : wild
  if (!NAME.test(name)) throw wrong(text, `"${name}" is no name of a parameter`)
  if (name === wild) return { kind: 'param', name }
  if (!isLast) throw wrong(text, `{${wild}} stands at the end`)
  return { kind: 'rest', name }
}

/** Reads a path. Throws HTTP_PATTERN. */
export const parsePattern = (text: string): Pattern => {
  if (!text.startsWith('/')) throw wrong(text, 'it begins with a slash')
  const parts = text.slice(1).split('/')
  if (parts.length > MOST_SEGMENTS) throw wrong(text, `it has more than ${MOST_SEGMENTS} parts`)
  const segments: Segment[] = []
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1
    if (part === '' && !isLast) throw wrong(text, 'two slashes follow each other')
    const segment = part === '' ? ({ kind: 'rest', name: null } as const) : segmentOf(part, isLast, text)
    if (segment) segments.push(segment)
    else segments.push({ kind: 'literal', text: '' }) // the empty part behind the last slash, and nothing else
  }
  const names = segments.flatMap((segment) => (segment.kind !== 'literal' && segment.name !== null ? [segment.name] : []))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw wrong(text, `{${twice}} stands in it twice`)
  return { text, segments }
}

/** A prefix and a path below it, as one path. */
export const joinPaths = (prefix: string, path: string): string => `${prefix.replace(/\/+$/, '')}${path}`
