// Names with wildcards, as policies write them: `*` stands for any run of characters, wherever it is; `a.*` is `a` and all below it.

export type Matcher = (text: string) => boolean

const anything: Matcher = () => true

/** Left to right, each part as early as possible: no pattern takes more than the text's length times its own. */
const matcherOf = (pattern: string): Matcher => {
  if (/^\*+$/.test(pattern)) return anything
  const [head = '', ...rest] = pattern.split('*')
  const tail = rest.pop()
  if (tail === undefined) return (text) => text === pattern
  const middle = rest.filter((part) => part !== '')
  const whole = (text: string): boolean => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false
    const end = text.length - tail.length
    let at = head.length
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
  if (!pattern.endsWith('.*')) return whole
  const parent = matcherOf(pattern.slice(0, -2))
  return (text) => whole(text) || parent(text)
}

/** Matches what one of the patterns matches. */
export const anyOf = (patterns: readonly string[]): Matcher => {
  const matchers = patterns.map(matcherOf)
  if (matchers.includes(anything)) return anything
  return (text) => matchers.some((matches) => matches(text))
}

/** Whether a matcher matches every text there is. */
export const isEverything = (matcher: Matcher): boolean => matcher === anything
