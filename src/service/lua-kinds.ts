// The Lua kinds: an entry is taken in when its code parses and what it requires is declared; it runs when somebody spawns or calls it.
//
//   A change of code is made ready before it is taken, and refused when it, or anything that imports it, would not run. After it, calls and
//   spawns run the new code; what runs already runs on.

import { defaultLimits } from '../kernel/host.ts'
import type { Program } from '../program.ts'
import type { Change, State } from '../registry/change.ts'
import type { Entry } from '../registry/entry.ts'
import { Importers } from '../registry/importers.ts'
import type { Handler } from '../registry/kinds.ts'
import { checkSecurity } from './authority.ts'
import type { TypeSystem } from './entry-types.ts'
import { limitsOf } from './limits.ts'
import { LIBRARIES, LUA_KINDS, runnableOf } from './runnable.ts'

export type LuaKindsOptions = {
  /** Brings in the services of the modules that an entry declares. */
  readonly load: (entry: Entry) => Promise<void>
  /** Compiles a program, and keeps what that gives when it is called: then its next call finds it ready. Throws LUA_LOAD. */
  readonly make: (program: Program, isCalled: boolean) => Promise<void>
  /** Whether types that do not fit refuse an entry. */
  readonly typeSystem: TypeSystem
  /** Whether the function of this id is called at present. */
  readonly isCalled: (id: string) => boolean
}

export class LuaKinds {
  readonly #options: LuaKindsOptions
  readonly #importers = new Importers()

  readonly handler: Handler = {
    kinds: LUA_KINDS,
    prepare: async ({ kind, entry }, after) => {
      const { load, make, isCalled } = this.#options
      const users = LIBRARIES.includes(entry.kind) ? await this.#calledUsersOf(entry, after) : []
      if (kind !== 'entry.delete') {
        const program = await this.#checked(entry, after)
        checkSecurity(entry, after)
        await load(entry)
        if (users.length === 0) await make(program, isCalled(entry.id)) // else it is compiled with those
      }
      for (const program of users) await make(program, true)
    },
    commit: ({ kind, entry }) => {
      if (kind === 'entry.delete') this.#importers.delete(entry.id)
      else this.#importers.put(entry)
    },
  }

  constructor(options: LuaKindsOptions) {
    this.#options = options
  }

  /** Ids of the entries whose code is another after these changes. */
  outdatedBy(changes: readonly Change[]): Set<string> {
    const changed = changes.filter(({ kind }) => kind !== 'entry.delete').map(({ entry }) => entry.id)
    return new Set([...changed, ...this.#importers.of(changed)])
  }

  /** Programs that are called and import a library that changes. Throws why anything that imports it, called or not, would not run. */
  async #calledUsersOf(library: Entry, after: State): Promise<Program[]> {
    const users = [...this.#importers.of([library.id])].flatMap((id) => after.get(id) ?? [])
    const programs: Program[] = []
    for (const user of users) programs.push(await this.#checked(user, after))
    return programs.filter(({ entry }) => this.#options.isCalled(entry))
  }

  /** The program of an entry in a state. Throws why it would not run there. */
  async #checked(entry: Entry, state: State): Promise<Program> {
    const { typeSystem } = this.#options
    const find = (id: string) => state.get(id)
    const program = runnableOf(entry, find)
    if (!LIBRARIES.includes(entry.kind)) limitsOf(entry, defaultLimits)
    if (!typeSystem.enabled) return program
    const { EntryTypes, refuseTypes } = await import('./entry-types.ts')
    refuseTypes(entry, new EntryTypes(find), typeSystem)
    return program
  }
}
