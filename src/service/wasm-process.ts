// `process.wasm`: a process that calls the component of its own entry (module `plugin`), and ends with what that returns.

import { type Entry, makeEntry } from '../registry/entry.ts'

export const WASM_PROCESS = 'process.wasm'

const SOURCE = 'return function(...) return require("plugin").run(...) end'

const known = new WeakMap<Entry, Entry>()

/** The Lua that runs for an entry: its own, but for those whose code is WebAssembly. */
export const luaOf = (entry: Entry): Entry => {
  if (entry.kind !== WASM_PROCESS) return entry
  let lua = known.get(entry)
  if (lua === undefined) {
    const { id, meta, origin } = entry
    lua = makeEntry({ id, kind: 'process.lua', meta, data: { source: SOURCE, modules: ['plugin'] }, origin })
    known.set(entry, lua)
  }
  return lua
}
