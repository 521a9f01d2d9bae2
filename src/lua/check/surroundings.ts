// What every chunk sees: Lua's library, the globals of the runtime, the modules and libraries of its entry, and globals that those make.

import type { Checked } from './check.ts'
import type { Surroundings } from './ground.ts'
import { host } from './host.ts'
import { any } from './type.ts'

export type Library = Pick<Checked, 'exports' | 'globals'>

export type Entrance = {
  /** Name in the code → module that the entry declares. They are globals too, as libraries are. */
  readonly modules: ReadonlyMap<string, string>
  /** Name in the code → library; null: nothing is known of it. */
  readonly libraries: ReadonlyMap<string, Library | null>
}

export const surroundingsOf = ({ modules, libraries }: Entrance): Surroundings => {
  const known = host()
  const moduleOf = (name: string) => {
    const module = modules.get(name)
    return module === undefined ? undefined : (known.modules.get(module) ?? known.globals.get(module) ?? any)
  }
  const made = new Set<string>()
  let hasOpenGlobals = false
  for (const library of libraries.values()) {
    if (!library?.globals) hasOpenGlobals = true
    else for (const name of library.globals) made.add(name)
  }
  const imported = (name: string) => (libraries.has(name) ? (libraries.get(name)?.exports ?? any) : undefined)
  return {
    module: (name) => imported(name) ?? moduleOf(name) ?? known.modules.get(name) ?? known.globals.get(name),
    global: (name) => known.globals.get(name) ?? imported(name) ?? moduleOf(name) ?? (made.has(name) ? any : undefined),
    hasOpenGlobals,
    globals: () => [...known.globals.keys(), ...modules.keys(), ...libraries.keys(), ...made],
    named: (name) => known.classes.get(name),
  }
}

/** The globals that exist where a chunk and its libraries ran; null when it may be any. */
export const globalsWith = ({ globals }: Checked, libraries: Iterable<Library | null>): ReadonlySet<string> | null => {
  if (!globals) return null
  const all = new Set(globals)
  for (const library of libraries) {
    if (!library?.globals) return null
    for (const name of library.globals) all.add(name)
  }
  return all
}
