// How entries come to life when a registry boots: each by itself, so that one that is refused keeps no other from it.

import { Kind, WippyError } from '../error.ts'
import { levels } from './dependency.ts'
import type { Entries } from './entries.ts'
import { type Entry, whereOf } from './entry.ts'
import type { Clash } from './history.ts'
import type { Kinds } from './kinds.ts'
import { type Prepared, prepare } from './transition.ts'

export type Booted = {
  /** Entries a handler refused. They can be read and mended, but nothing acts on them: they are dormant. */
  readonly problems: readonly WippyError[]
  /** Entries of a kind nobody handles, dormant too; entries that were changed at run time and in the files. */
  readonly warnings: readonly WippyError[]
}

export class Birth implements Booted {
  readonly problems: WippyError[] = []
  readonly warnings: WippyError[]
  /** Ids of those that nothing acts on. */
  readonly dormant = new Set<string>()
  readonly #kinds: Kinds
  readonly #report: (error: WippyError) => void

  constructor(kinds: Kinds, report: (error: WippyError) => void, clashes: readonly Clash[] = []) {
    this.#kinds = kinds
    this.#report = report
    this.warnings = clashes.map(clashWarning)
  }

  /** Prepares entries, those first that others need, of a state that has no others. */
  async prepare(entries: readonly Entry[], state: Entries): Promise<Prepared> {
    const living: Prepared[number][] = []
    for (const entry of levels(entries).flat()) {
      try {
        living.push(...(await prepare([{ kind: 'entry.create', entry, before: null }], state, this.#kinds, this.#report)))
      } catch (error) {
        this.#refused(entry, error as WippyError)
      }
    }
    return living
  }

  #refused({ id, kind }: Entry, error: WippyError): void {
    this.dormant.add(id)
    if (this.#kinds.knows(kind)) this.problems.push(error)
    else this.warnings.push(error)
  }
}

const clashWarning = ({ id, kept, file }: Clash): WippyError => {
  const what = kept ? (file ? 'changed in its file as well' : 'taken out of its file') : 'changed in its file'
  const message = `"${id}" was ${kept ? 'changed' : 'deleted'} at run time and ${what}: what was made at run time is in force`
  return new WippyError('REGISTRY_CLASH', Kind.Conflict, message, {
    where: file ? whereOf(file) : { entry: id },
    hint: `"wippy registry diff ${id}" shows both; "wippy registry resolve ${id} --take files" or "--take runtime" settles it.`,
  })
}
