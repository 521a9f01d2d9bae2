// What every chunk sees: Lua's library, the globals of the runtime, the modules and libraries of its entry, and globals that those make.

import type { Checked } from './check.ts'
import type { Surroundings } from './ground.ts'
import { host } from './host.ts'
import { any } from './type.ts'

export type Library = Pick<Checked, 'exports' | 'globals'>

export type Entrance = {
  /** Modules that the entry declares. They are globals too, as libraries are. */
  readonly modules: readonly string[]
  /** What aliases of imports are bound to; null: nothing is known of it. */
  readonly libraries: ReadonlyMap<string, Library | null>
}

export const surroundingsOf = ({ modules, libraries }: Entrance): Surroundings => {
  const known = host()
  const declared = new Set(modules)
  const made = new Set<string>()
  let hasOpenGlobals = modules.some((name) => !known.modules.has(name) && !known.globals.has(name))
  for (const library of libraries.values()) {
    if (!library?.globals) hasOpenGlobals = true
    else for (const name of library.globals) made.add(name)
  }
  const imported = (name: string) => (libraries.has(name) ? (libraries.get(name)?.exports ?? any) : undefined)
  return {
    module: (name) => imported(name) ?? known.modules.get(name) ?? known.globals.get(name),
    global: (name) =>
      known.globals.get(name) ??
      imported(name) ??
      (declared.has(name) ? (known.modules.get(name) ?? any) : made.has(name) ? any : undefined),
    hasOpenGlobals,
    globals: () => [...known.globals.keys(), ...declared, ...libraries.keys(), ...made],
    named: (name) => known.classes.get(name),
  }
}
