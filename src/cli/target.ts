// What `wippy run WORD` means: a command of the app, an entry's id, or a mistake.

import { Kind, WippyError } from '../error.ts'
import type { Entry } from '../index.ts'
import { commandsIn } from './catalogue.ts'

type Suggest = (word: string, candidates: Iterable<string>, otherwise: string) => string

/** Whether an entry runs as a workflow: `workflow.lua`, and any process with `meta.durable: true`. */
export const isWorkflow = ({ kind, meta }: Entry): boolean => kind === 'workflow.lua' || (kind === 'process.lua' && meta.durable === true)

const isProcess = (entry: Entry): boolean =>
  entry.kind === 'workflow.lua' ||
  (entry.kind.startsWith('process.') && !['process.host', 'process.service', 'process.supervisor'].includes(entry.kind))

const missing = (message: string, hint: string): WippyError => new WippyError('TARGET_UNKNOWN', Kind.NotFound, message, { hint })

/** The process or workflow entry `word` stands for: an id, or a name only one process has. Throws TARGET_UNKNOWN. */
export const entryNamed = (word: string, entries: readonly Entry[], suggest: Suggest): Entry => {
  const found = entries.filter(({ id, name }) => (word.includes(':') ? id === word : name === word))
  const processes = found.filter(isProcess)
  if (processes.length === 1) return processes[0]!
  if (processes.length > 1) throw missing(`"${word}" could be ${processes.map(({ id }) => id).join(' or ')}`, 'Write namespace:name.')
  if (found[0]) {
    const hint = `Only processes can be run: ${
      entries
        .filter(isProcess)
        .map(({ id }) => id)
        .join(', ') || 'there are none here'
    }.`
    throw missing(`"${found[0].id}" is of kind ${found[0].kind}, which is no process`, hint)
  }
  const ids = entries.filter(isProcess).map(({ id }) => id)
  throw missing(
    `there is no process "${word}"`,
    suggest(word, ids, ids.length > 0 ? `Processes here: ${ids.join(', ')}.` : 'This app has none.'),
  )
}

/** The entry to run for a command's name; an id is taken as well. Throws TARGET_UNKNOWN. */
export const commandNamed = (word: string, entries: readonly Entry[], suggest: Suggest): Entry => {
  const commands = commandsIn(entries)
  const command = commands.find(({ name }) => name === word)
  if (command) return entries.find(({ id }) => id === command.entry)!
  if (word.includes(':')) return entryNamed(word, entries, suggest)
  if (/\.(?:lua|ya?ml)$/.test(word)) {
    throw missing(
      `"${word}" is a file, and what is run is a command of an app or an entry`,
      `"wippy run list" shows commands; ${word.endsWith('.lua') ? `wippy sandbox run ${word}` : 'wippy check'} is for a file of its own.`,
    )
  }
  if (/^\.{0,2}\/|^\.{1,2}$/.test(word)) {
    throw missing(
      `"${word}" is a path, and what is run is a command of an app or an entry`,
      'Go to the directory of the app; "wippy run list" shows its commands.',
    )
  }
  if (/^[^/]+\/[^/]+$/.test(word)) {
    throw missing(
      `"${word}" is a module of the hub, and those cannot be run`,
      'Run an app from its directory, or a pack: wippy run FILE.wapp',
    )
  }
  const names = commands.map(({ name }) => name)
  const otherwise = names.length > 0 ? `Commands here: ${names.join(', ')}.` : 'Run an entry with: wippy run -x namespace:name'
  const entry = entries.find((one) => one.name === word && isProcess(one))
  throw missing(`this app has no command "${word}"`, entry ? `Did you mean: wippy run -x ${entry.id}` : suggest(word, names, otherwise))
}

/** The entry that runs when nothing is named, or null. Throws TARGET_UNKNOWN when several want to. */
export const mainCommand = (entries: readonly Entry[]): Entry | null => {
  const mains = commandsIn(entries).filter(({ main }) => main)
  if (mains.length <= 1) return entries.find(({ id }) => id === mains[0]?.entry) ?? null
  throw missing(
    `several commands want to be the main one: ${mains.map(({ entry }) => entry).join(', ')}`,
    'Leave meta.command.main to one.',
  )
}
