// wippy new TEMPLATE [DIRECTORY]

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { string } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { Kind, WippyError } from '../../error.ts'
import { json, print, quoted, table } from '../output.ts'
import { copyInto, type Template, templateNamed, templates } from '../templates.ts'

/** Throws DIRECTORY_TAKEN. */
const refuseTaken = (directory: string): void => {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return
  throw new WippyError('DIRECTORY_TAKEN', Kind.AlreadyExists, `${directory} is there already, and not empty`, {
    hint: 'Name another directory; "wippy init" makes an app of one that has files.',
  })
}

const listText = (all: readonly Template[]): string =>
  table(
    ['template', 'what it is'],
    all.map(({ name, summary }) => [name, summary]),
  )

export default class New extends Command {
  static override summary = 'Make an app in a new directory, from a template.'
  static override description =
    'Each template is an app that runs, with a README that says how. To make an app of a directory that already has files, use wippy init.'
  static override examples = ['<%= config.bin %> new --list', '<%= config.bin %> new service shop']
  static override args = {
    template: string({ description: 'The template to start from.' }),
    directory: string({ description: 'Where to make it; a directory named after the template otherwise.' }),
  }
  static override flags = {
    list: boolean({ summary: 'List the templates.' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(New)
    if (flags.list) {
      const all = templates().map(({ name, summary, folder }) => ({ name, summary, folder }))
      return print(flags.json ? json({ $type: 'templates', v: 1, templates: all }) : listText(all))
    }
    if (args.template === undefined) {
      throw new WippyError('TEMPLATE_MISSING', Kind.Invalid, 'name a template', {
        hint: `There are ${templates()
          .map(({ name }) => name)
          .join(', ')}; "wippy new --list" says what they are.`,
      })
    }
    const { name, folder } = templateNamed(args.template)
    const directory = args.directory ?? name
    refuseTaken(directory)
    const files = copyInto(folder, directory).map(({ file }) => file)
    if (flags.json) return print(json({ $type: 'new', v: 1, template: name, directory, files }))
    for (const file of files) print(`${file} written`)
    print(`Now try: cd ${quoted(directory)} && wippy check; ${join(directory, 'README.md')} says more`)
  }
}
