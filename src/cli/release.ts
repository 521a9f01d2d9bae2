// Files as what they would change where an app runs: what `wippy deploy` brings in, and `wippy diff` looks at.

import { relative } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import type { Config, Deployment, Entry } from '../index.ts'
import { Exit } from './exit.ts'
import { Quit } from './quit.ts'

/** The entries of folders as the app would run them. Ends the program when any of it cannot be read. Throws DEPLOY_EMPTY. */
export const entriesIn = async (config: Config, folders: readonly string[]): Promise<readonly Entry[]> => {
  const { assemble } = await import('../index.ts')
  const { entries, problems } = assemble({ ...config, src: folders })
  const wrong = problems.filter(({ code }) => code !== 'IMPORT_MISSING') // it may be on the node: the handlers look there
  if (wrong.length > 0) throw new Quit(Exit.app, wrong)
  if (entries.length > 0) return entries
  const where = { file: relative(process.cwd(), folders[0] ?? config.root) || '.' }
  throw new WippyError('DEPLOY_EMPTY', Kind.Invalid, 'there are no entries in this folder', { where })
}

type Pair = Deployment['pairs'][number]

export const changeOf = ({ id, before, after }: Pair): { readonly change: string; readonly id: string } => ({
  change: before === null ? 'created' : after === null ? 'deleted' : 'changed',
  id,
})

export const entriesText = (count: number): string => `${count} ${count === 1 ? 'entry' : 'entries'}`
