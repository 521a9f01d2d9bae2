// What may stand next on a command line: commands, flags, and what the app or the node that runs here has of what an argument names.

import type { Command } from '@oclif/core'
import { Client } from '../control/client.ts'
import { explanations } from './explain.ts'
import { templates } from './templates.ts'

type Commands = Readonly<Record<string, Command.Class>>
type Look = () => Promise<readonly string[]> | readonly string[]

/** Asks the node of the working directory. */
const asked = async <T>(verb: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> => {
  const client = await Client.connect({ folder: '.wippy' })
  try {
    return (await client.ask(verb, args)) as T
  } finally {
    client.close()
  }
}

const processes: Look = async () => {
  const { processes: all } = await asked<{ readonly processes: readonly { readonly pid: string }[] }>('ps')
  return all.map(({ pid }) => /0x[0-9a-f]+/.exec(pid)?.[0] ?? pid)
}

const workflows: Look = async () => {
  const { workflows: all } = await asked<{ readonly workflows: readonly { readonly id: string }[] }>('workflow.list', { limit: 100 })
  return all.map(({ id }) => id)
}

const plugins: Look = async () => {
  const { plugins: all } = await asked<{ readonly plugins: readonly { readonly name: string }[] }>('plugin.list')
  return all.map(({ name }) => name)
}

/** Entries as the files of the app here say them. */
const entriesHere = async () => {
  const { assemble, loadConfig } = await import('../index.ts')
  return assemble((await loadConfig('.')).config).entries
}

const entries: Look = async () => (await entriesHere()).map(({ id }) => id)

const commandsHere: Look = async () => {
  const { commandsIn } = await import('./catalogue.ts')
  return commandsIn(await entriesHere()).map(({ name }) => name)
}

/** What the first argument of a command names. */
const ARGUMENTS: Readonly<Record<string, Look>> = {
  bench: () => ['isolation', 'message', 'spawn', 'workflow', 'registry'],
  completion: () => ['bash', 'zsh', 'fish'],
  dev: commandsHere,
  explain: () => [...explanations.keys()],
  inspect: processes,
  kill: processes,
  mailbox: processes,
  new: () => templates().map(({ name }) => name),
  'plugin:inspect': plugins,
  'plugin:permissions': plugins,
  'plugin:remove': plugins,
  'plugin:update': plugins,
  'registry:diff': entries,
  'registry:resolve': entries,
  'registry:show': entries,
  run: commandsHere,
  trace: processes,
  'workflow:start': entries,
}

const lookOf = (id: string): Look | undefined =>
  ARGUMENTS[id] ?? (id.startsWith('workflow:') && id !== 'workflow:list' ? workflows : undefined)

const flagsOf = ({ flags, baseFlags }: Command.Class): string[] => Object.keys({ ...flags, ...baseFlags }).map((name) => `--${name}`)

/** The words that may follow `words`, of which the last is being typed. Never throws: what cannot be found out is not proposed. */
export const completionsOf = async (words: readonly string[], commands: Commands): Promise<readonly string[]> => {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1).filter((word) => !word.startsWith('-'))
  const visible = Object.entries(commands).flatMap(([id, { hidden }]) => (hidden ? [] : [id]))
  const next = visible
    .map((id) => id.split(':'))
    .filter((path) => before.length < path.length && before.every((word, at) => word === path[at]))
  const id = [2, 1].map((length) => before.slice(0, length).join(':')).find((name) => Object.hasOwn(commands, name))
  const found = next.map((path) => path[before.length]!)
  if (id !== undefined && typed.startsWith('-')) found.push(...flagsOf(commands[id]!))
  else if (id !== undefined && before.length === id.split(':').length) {
    try {
      found.push(...((await lookOf(id)?.()) ?? []))
    } catch {
      // no app here, or no node: then there is nothing to propose
    }
  }
  return [...new Set(found)].filter((word) => word.startsWith(typed)).sort()
}

/** A script for a shell, to be sourced. */
export const completionScripts: Readonly<Record<string, string>> = {
  bash: `_wippy() {
  local IFS=$'\\n'
  local line="\${COMP_LINE:0:COMP_POINT}"
  local -a words
  IFS=' ' read -r -a words <<< "$line"
  [[ "$line" == *' ' ]] && words+=('')
  local typed="\${words[-1]}" colon=''
  [[ "$typed" == *:* ]] && colon="\${typed%:*}:"
  COMPREPLY=($(wippy complete -- "\${words[@]:1}" 2>/dev/null))
  [[ -n "$colon" ]] && COMPREPLY=("\${COMPREPLY[@]#"$colon"}")
}
complete -o default -F _wippy wippy
`,
  zsh: `#compdef wippy
_wippy() {
  local -a found
  found=(\${(f)"$(wippy complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
compdef _wippy wippy
`,
  fish: `complete -c wippy -a '(wippy complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}
