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

/** Goes back to the last `**` only: whatever that takes, those before it have taken as little as they can. */
const partsMatch = (patterns: readonly string[], parts: readonly string[]): boolean => {
  let [at, from] = [0, 0] // in patterns, in parts
  let [behind, taken] = [-1, 0] // of the last `**`: what follows it, and where that was tried
  while (from < parts.length) {
    const pattern = patterns[at]
    if (pattern === '**') [behind, taken] = [++at, from]
    else if (pattern !== undefined && partMatches(pattern, parts[from]!)) {
      at++
      from++
    } else if (behind >= 0) [at, from] = [behind, ++taken]
    else return false
  }
  return patterns.slice(at).every((pattern) => pattern === '**')
}

/** Part by part between dots: `*` is one part or a piece of one, `**` any number of parts, `(a|b)` either. Takes the product of both at most. */
export const matchesDotted = (pattern: string, text: string): boolean => partsMatch(pattern.split('.'), text.split('.'))

/** Whether a namespace is one of those that patterns mean: `app` is itself, `app.*` itself and all below it. No pattern means all. */
export const isInNamespaces = (ns: string, patterns: readonly string[]): boolean =>
  patterns.length === 0 ||
  patterns.some((pattern) => {
    const above = /^(.*)\.\*{1,2}$/.exec(pattern)?.[1]
    return pattern === ns || (above !== undefined && (ns === above || ns.startsWith(`${above}.`)))
  })
