// Which functions of a component return a `result`: the declarations that come with its glue say only what that holds when all is well.

const ALIAS = /^ *type ([\w%-]+) = result\b/gm
const BEGINS = /^ *(?:(?:export )?interface %?([\w-]+) \{|(world) )/
const BEGINS_WITHIN = /^( *)export %?([\w-]+): interface \{/
const FUNCTION = /^ *(?:export )?%?([\w-]+): (?:async )?func\(.*\) -> ([\w%-]+)/

/** The names of those functions, `interface.function` or `function`, in the WIT of a component, which has a line for each. */
export const resultsIn = (wit: string): ReadonlySet<string> => {
  const found = new Set<string>()
  const aliases = new Set(['result', ...[...wit.matchAll(ALIAS)].map(([, name]) => name)])
  let within = ''
  let end: string | null = null // of an interface within a world
  for (const line of wit.split('\n')) {
    const [, name, world] = BEGINS.exec(line) ?? []
    const [, indent, inner] = BEGINS_WITHIN.exec(line) ?? []
    const [, fn, type] = FUNCTION.exec(line) ?? []
    if (inner !== undefined) [within, end] = [inner, `${indent}}`]
    else if (name !== undefined) within = name
    else if (world !== undefined || line === end) [within, end] = ['', null]
    else if (fn !== undefined && aliases.has(type)) found.add(within === '' ? fn : `${within}.${fn}`)
  }
  return found
}
