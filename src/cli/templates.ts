// Apps to begin with: each is a folder, whose README says in its first sentence what it is.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { makeFolder } from '../lmdb/folder.ts'
import { writeWhole } from './whole-file.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'templates')

export type Template = { readonly name: string; readonly summary: string; readonly folder: string }

/** The first sentence below the title of a README. */
const summaryIn = (readme: string): string => /^#.*\n+([^\n]+)/.exec(readme)?.[1] ?? ''

export const templates = (): readonly Template[] =>
  readdirSync(FOLDER)
    .sort()
    .map((name) => {
      const folder = join(FOLDER, name)
      return { name, folder, summary: summaryIn(readFileSync(join(folder, 'README.md'), 'utf8')) }
    })

/** Throws TEMPLATE_UNKNOWN. */
export const templateNamed = (name: string): Template => {
  const all = templates()
  const found = all.find((one) => one.name === name)
  if (found) return found
  throw new WippyError('TEMPLATE_UNKNOWN', Kind.NotFound, `there is no template "${name}"`, {
    hint: `There are ${all.map((one) => one.name).join(', ')}; "wippy new --list" says what they are.`,
  })
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => relative(folder, join(item.parentPath, item.name)))
    .sort()

/** Copies the files of a folder that are not there yet. Returns each with whether it was there. */
export const copyInto = (from: string, to: string): readonly { readonly file: string; readonly wasThere: boolean }[] =>
  filesIn(from).map((name) => {
    const file = join(to, name)
    const wasThere = existsSync(file)
    if (!wasThere) {
      makeFolder(dirname(file))
      writeWhole(file, readFileSync(join(from, name)), statSync(join(from, name)).mode)
    }
    return { file, wasThere }
  })
