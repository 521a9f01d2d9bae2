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

/** What types say of the Lua that comes to a node, beside all that is there. */
export const typesIn = async (
  coming: readonly Entry[],
  there: readonly Entry[],
  gone: readonly string[],
): Promise<readonly WippyError[]> => {
  const { EntryTypes, typeError } = await import('../index.ts')
  const after = new Map([...there, ...coming].map((entry) => [entry.id, entry]))
  for (const id of gone) after.delete(id)
  const types = new EntryTypes((id) => after.get(id))
  return coming.flatMap((entry) => types.of(entry).map((diagnostic) => typeError(entry, diagnostic)))
}

type Pair = Deployment['pairs'][number]

export const changeOf = ({ id, before, after }: Pair): { readonly change: string; readonly id: string } => ({
  change: before === null ? 'created' : after === null ? 'deleted' : 'changed',
  id,
})

export const entriesText = (count: number): string => `${count} ${count === 1 ? 'entry' : 'entries'}`
