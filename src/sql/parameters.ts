// Which parameters a statement of SQLite has. SQLite takes those that are missing for NULL; nobody means that.

// What may hold a `?` that is none: texts, quoted names, comments.
const TOKENS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?(\d*)|([:@$][\p{L}\p{N}_$]+(?:::[\p{L}\p{N}_$]+)*)|[\p{L}\p{N}_$]+/gu
const MOST = 32_766

/** By position, from 1: its name (`:x`, `?3`), or null for a `?`. */
export const parametersOf = (sql: string): readonly (string | null)[] => {
  const parameters: (string | null)[] = []
  for (const [token, number, name] of sql.matchAll(TOKENS)) {
    if (number === '') parameters.push(null)
    else if (number !== undefined) {
      const at = Math.min(Number(number), MOST)
      while (parameters.length < at) parameters.push(null)
      parameters[at - 1] = token
    } else if (name !== undefined && !parameters.includes(name)) parameters.push(name)
  }
  return parameters
}
