// Patterns people write for names: `*` stands for any run of characters. No regular expressions, so no pattern can be slow.

/** `matches('function.*', 'function.lua')` is true. A pattern without `*` means itself. */
export const matches = (pattern: string, text: string): boolean => {
  const pieces = pattern.split('*')
  const first = pieces[0]!
  if (pieces.length === 1) return text === first
  const last = pieces[pieces.length - 1]!
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}

const partMatches = (pattern: string, part: string): boolean =>
  pattern.startsWith('(') && pattern.endsWith(')')
    ? pattern
        .slice(1, -1)
        .split('|')
        .some((choice) => matches(choice, part))
    : matches(pattern, part)

const partsMatch = (patterns: readonly string[], parts: readonly string[]): boolean => {
  const [pattern, ...rest] = patterns
  if (pattern === undefined) return parts.length === 0
  if (pattern === '**') return partsMatch(rest, parts) || (parts.length > 0 && partsMatch(patterns, parts.slice(1)))
  return parts.length > 0 && partMatches(pattern, parts[0]!) && partsMatch(rest, parts.slice(1))
}

/** Part by part between dots: `*` is one part or a piece of one, `**` any number of parts, `(a|b)` either. */
export const matchesDotted = (pattern: string, text: string): boolean => partsMatch(pattern.split('.'), text.split('.'))
