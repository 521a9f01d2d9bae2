// wippy check [PATH]

import { resolve } from 'node:path'
import { string } from '@oclif/core/args'
import { boolean } from '@oclif/core/flags'
import type { WippyError } from '../../error.ts'
import { AppCommand } from '../base.ts'
import { configure } from '../configure.ts'
import { Exit } from '../exit.ts'
import { moduleTypesText } from '../module-types.ts'
import { complain, counted, json, print, sayAll } from '../output.ts'
import { waitingFor } from '../progress.ts'
import { Quit } from '../quit.ts'

const plain = ({ code, message, where, hint, frame }: WippyError) => ({ code, message, where, hint, frame })

export default class Check extends AppCommand {
  static override summary = 'Check everything in an app without starting anything.'
  static override description =
    `Entry files, the fields of every kind, Lua, what is required and imported, circles, missing files: everything that is wrong, each with its place.
It says whether the app would start; databases and other services are not connected to. What is odd in Lua that starts is what wippy lint is for.
Exit code 3: something is wrong.`
  static override examples = ['<%= config.bin %> check', '<%= config.bin %> check ../shop --json']
  static override args = { path: string({ description: 'The directory of the app.', default: '.' }) }
  static override flags = {
    modules: boolean({ summary: 'List the type errors in the Lua of modules as well, not just their number.' }),
    json: boolean({ summary: 'As JSON; type errors in modules are among the warnings.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Check)
    const config = await configure(flags, resolve(args.path))
    const { check } = await import('../../app/check.ts')
    const { entries, problems, ofModules, ...rest } = await waitingFor('checking', check(config))
    const warnings = flags.modules || flags.json ? [...rest.warnings, ...ofModules] : rest.warnings
    const isGood = problems.length === 0
    if (flags.json) {
      print(json({ $type: 'check', v: 1, ok: isGood, entries, problems: problems.map(plain), warnings: warnings.map(plain) }))
    } else {
      sayAll(problems)
      sayAll(warnings, 'warning: ')
      if (ofModules.length > 0 && !flags.modules) complain(moduleTypesText(ofModules))
      const told = [
        counted(entries, 'entry', 'entries'),
        isGood ? 'no problem' : counted(problems.length, 'problem'),
        ...(warnings.length > 0 ? [counted(warnings.length, 'warning')] : []),
      ].join(', ')
      if (isGood) print(told)
      else complain(told)
    }
    if (!isGood) throw new Quit(Exit.app)
  }
}
