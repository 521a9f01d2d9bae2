// wippy lint [PATH]

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { string } from '@oclif/core/args'
import { boolean, integer, string as text } from '@oclif/core/flags'
import type { Diagnostic, Linted } from '../../app/lint.ts'
import { Kind, WippyError } from '../../error.ts'
import { AppCommand } from '../base.ts'
import { configure } from '../configure.ts'
import { Exit } from '../exit.ts'
import { countsOf, lintJson, lintSummary, lintTables, lintText } from '../lint-text.ts'
import { complain, counted, json, print, sayAll } from '../output.ts'
import { Quit } from '../quit.ts'

const LEVELS = ['error', 'warning', 'hint'] as const

/** Of a flag that is repeated, or holds several with commas between them. */
const words = (values: readonly string[] = []): string[] =>
  values.flatMap((value) => value.split(',')).flatMap((word) => (word.trim() === '' ? [] : word.trim()))

/** Reads a file as one of the app here, or else of the app that it is in. */
const inItsApp = async (file: string, read: (directory?: string) => Promise<Linted>): Promise<Linted> => {
  const { appAround, isApp } = await import('../../config.ts')
  const around = appAround(file)
  const here = around === null || isApp(process.cwd()) ? await read() : null
  return here === null || (here.entries === 0 && around !== null && around !== process.cwd()) ? read(around!) : here
}

export default class Lint extends AppCommand {
  static override summary = 'Read the Lua of an app, and say what is wrong or odd in it.'
  static override description =
    `Syntax, modules that are required but not declared, types that contradict each other, and with --rules also what is merely odd: unused variables, parameters and imports, globals, comparisons of something with itself, empty blocks, names that hide others.
It is about Lua, and starts nothing. Whether the app would start, with all that its entries say and refer to, is what wippy check is for.
Exit code 3: there are errors.`
  static override examples = [
    '<%= config.bin %> lint',
    '<%= config.bin %> lint src/cart.lua',
    '<%= config.bin %> lint --rules --level hint',
    "<%= config.bin %> lint --ns 'app.*' --summary",
    '<%= config.bin %> lint --level error --json',
  ]
  static override args = { path: string({ description: 'The directory of the app, or one file of an app.', default: '.' }) }
  static override flags = {
    'lock-file': text({ char: 'l', summary: 'The file to take as wippy.lock; the app is where it is.', helpValue: '<file>' }),
    level: text({ summary: 'The least severity to report.', options: LEVELS, default: 'warning' }),
    ns: text({
      summary: 'Report only these namespaces; app.* is app and all below it. Repeatable, or with commas.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '<pattern>',
    }),
    code: text({
      summary: 'Report only these codes. Repeatable, or with commas.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '<code>',
    }),
    rules: boolean({ summary: 'Ask the rules as well, W0001 and on.' }),
    summary: boolean({ summary: 'Only how much there is of what, and where.' }),
    limit: integer({ summary: 'Show at most so many; 0 for all.', default: 0, min: 0 }),
    json: boolean({ summary: 'As JSON.' }),
    'no-color': boolean({ summary: 'No colours, on a terminal too.' }),
    'cache-reset': boolean({ summary: 'For scripts that say it: everything is read anew each time, and nothing is kept.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Lint)
    if (flags['no-color']) process.env.NO_COLOR = '1'
    const path = resolve(args.path)
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true
    const { lint } = await import('../../app/lint.ts')
    const options = { rules: flags.rules, namespaces: words(flags.ns), ...(isFile && { file: path }) }
    const read = async (directory?: string) => lint(await configure(flags, directory), options)
    const { entries, diagnostics, problems } = await (isFile ? inItsApp(path, read) : read(path))
    if (isFile && entries === 0 && problems.length === 0) {
      throw new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, 'no Lua entry of the app here has its source in this file', {
        where: { file: args.path },
        hint: 'Name it in an entry (source: file://…), or go to the directory of its app.',
      })
    }
    const codes = new Set(words(flags.code).map((code) => code.toUpperCase()))
    const least = LEVELS.indexOf(flags.level as Diagnostic['severity'])
    const found = diagnostics.filter(({ code, severity }) => LEVELS.indexOf(severity) <= least && (codes.size === 0 || codes.has(code)))
    const counts = countsOf(found)
    const shown = flags.limit > 0 ? found.slice(0, flags.limit) : found

    const [imports, unread] = [
      problems.filter(({ code }) => code.startsWith('IMPORT_')),
      problems.filter(({ code }) => !code.startsWith('IMPORT_')),
    ]
    sayAll(unread)
    if (imports.length > 0) complain(`${counted(imports.length, 'import')} cannot be followed; "wippy check" says which.`)
    if (flags.json) print(json(lintJson(shown, { entries, counts })))
    else {
      if (shown.length > 0) print(`${flags.summary ? lintTables(shown) : lintText(shown)}\n`)
      const left = found.length - shown.length
      print(`${lintSummary(entries, counts)}${left > 0 ? `; ${left} not shown` : ''}`)
    }
    if (counts.error > 0 || unread.length > 0) throw new Quit(Exit.app)
  }
}
