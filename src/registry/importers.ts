// Who imports whom, kept up to date entry by entry: the other direction of `importsOf`.

import type { Entry } from './entry.ts'
import { importsOf } from './imports.ts'

export class Importers {
  readonly #importers = new Map<string, Set<string>>() // by what is imported, there or not
  readonly #imports = new Map<string, readonly string[]>() // by who imports

  put(entry: Entry): void {
    this.delete(entry.id)
    const imports = [...importsOf(entry).values()]
    if (imports.length === 0) return
    this.#imports.set(entry.id, imports)
    for (const id of imports) this.#importers.set(id, (this.#importers.get(id) ?? new Set()).add(entry.id))
  }

  delete(id: string): void {
    for (const imported of this.#imports.get(id) ?? []) {
      const importers = this.#importers.get(imported)
      importers?.delete(id)
      if (importers?.size === 0) this.#importers.delete(imported)
    }
    this.#imports.delete(id)
  }

  /** Everything that imports one of `ids`, directly or through others, without `ids` themselves. */
  of(ids: Iterable<string>): Set<string> {
    const given = new Set(ids)
    const found = new Set(given)
    for (const id of found) for (const importer of this.#importers.get(id) ?? []) found.add(importer)
    for (const id of given) found.delete(id)
    return found
  }
}
