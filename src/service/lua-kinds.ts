// The Lua kinds: an entry is taken in when its code parses and what it requires is declared; it runs when somebody spawns or calls it.
//
//   A change of code is made ready before it is taken, and refused when it, or anything that imports it, would not run. After it, calls and
//   spawns run the new code; what runs already runs on.

import { Kind, WippyError } from '../error.ts'
import { defaultLimits } from '../kernel/host.ts'
import type { Program } from '../program.ts'
import type { Change, State } from '../registry/change.ts'
import { codeFrame } from '../registry/document.ts'
import { type Entry, fieldsOf, whereOf } from '../registry/entry.ts'
import { Importers } from '../registry/importers.ts'
import type { Handler } from '../registry/kinds.ts'
import { limitsOf } from './limits.ts'
import { programOf, requiresOf } from './program.ts'

/** Globals that need no declaration. */
const AMBIENT = ['process', 'channel', 'errors', 'payload', 'os', 'coroutine', 'table', 'string', 'math']
const LIBRARIES = ['library.lua', 'module.lua'] // they see what whoever imports them has, so what they require is not theirs alone to declare

const checkRequires = (entry: Entry, { chunk, modules, libraries }: Program): void => {
  const imported = [chunk, ...libraries.map((library) => library.chunk)].flatMap(({ imports }) => Object.keys(imports))
  const known = new Set([...AMBIENT, ...modules, ...imported])
  const unknown = requiresOf(entry).find(({ name }) => !known.has(name))
  if (!unknown) return
  const { name, line, column } = unknown
  throw new WippyError(
    'REQUIRE_UNDECLARED',
    Kind.NotFound,
    `module '${name}' not found: "${entry.id}" requires it but does not declare it`,
    {
      where: { file: chunk.file, line, column, entry: entry.id },
      frame: codeFrame(String(fieldsOf(entry).source), { line, column }),
      hint: `Add ${name} to the entry's modules, or to its imports if it is a library.`,
    },
  )
}

/** What a workflow may use: what depends on nothing but its arguments, and what is answered through the journal. */
const IN_WORKFLOWS: ReadonlySet<string> = new Set(
  'base64 compress expr hash html json payload templates text treesitter yaml contract crypto ctx env funcs logger os process registry time uuid workflow'.split(
    ' ',
  ),
)

const checkDeterministic = (entry: Entry, { modules }: Program): void => {
  const index = modules.findIndex((name) => !IN_WORKFLOWS.has(name))
  if (index < 0) return
  throw new WippyError('WORKFLOW_MODULE', Kind.Invalid, `"${entry.id}" is a workflow and cannot use the module ${modules[index]}`, {
    where: whereOf(entry, 'data.modules'),
    hint: `Use it in a function, and call that: a call is written down and made again until it has an answer.`,
  })
}

/** The program of an entry in a state. Throws why it would not run there. */
const checked = (entry: Entry, state: State): Program => {
  const program = programOf(entry, (id) => state.get(id))
  if (LIBRARIES.includes(entry.kind)) return program
  checkRequires(entry, program)
  if (entry.kind === 'workflow.lua') checkDeterministic(entry, program)
  limitsOf(entry, defaultLimits)
  return program
}

export type LuaKindsOptions = {
  /** Brings in the services of the modules that an entry declares. */
  readonly load: (entry: Entry) => Promise<void>
  /** Compiles a program, and keeps what that gives when it is called: then its next call finds it ready. Throws LUA_LOAD. */
  readonly make: (program: Program, isCalled: boolean) => Promise<void>
  /** Whether the function of this id is called at present. */
  readonly isCalled: (id: string) => boolean
}

export class LuaKinds {
  readonly #options: LuaKindsOptions
  readonly #importers = new Importers()

  readonly handler: Handler = {
    kinds: ['function.lua', 'process.lua', 'workflow.lua', ...LIBRARIES],
    prepare: async ({ kind, entry }, after) => {
      const { load, make, isCalled } = this.#options
      const users = LIBRARIES.includes(entry.kind) ? this.#calledUsersOf(entry, after) : []
      if (kind !== 'entry.delete') {
        const program = checked(entry, after)
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
  #calledUsersOf(library: Entry, after: State): Program[] {
    const users = [...this.#importers.of([library.id])].flatMap((id) => after.get(id) ?? [])
    return users.map((user) => checked(user, after)).filter(({ entry }) => this.#options.isCalled(entry))
  }
}
