// How many parameters a statement of SQLite has. SQLite takes those that are missing for NULL; nobody means that.

// What may hold a `?` that is none: texts, quoted names, comments.
const TOKENS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?(\d*)|([:@$][\p{L}\p{N}_$]+(?:::[\p{L}\p{N}_$]+)*)|[\p{L}\p{N}_$]+/gu

/** As SQLite counts: `?` takes the next number, `?5` makes at least five, a name counts once. */
export const countParameters = (sql: string): number => {
  let highest = 0
  const names = new Set<string>()
  for (const [, number, name] of sql.matchAll(TOKENS)) {
    if (number !== undefined) highest = number === '' ? highest + 1 : Math.max(highest, Number(number))
    else if (name !== undefined && !names.has(name)) {
      names.add(name)
      highest++
    }
  }
  return highest
}
