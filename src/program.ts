// What the memory of an entry holds before it runs: plain Lua, the modules and libraries it sees, and where to begin.

/** A Lua chunk with its types erased. `file` is what tracebacks say. */
export type Chunk = { readonly file: string; readonly code: string }

export type Program = {
  /** Registry id. */
  readonly entry: string
  /** The key of the returned table that is the entry point. */
  readonly method: string
  readonly chunk: Chunk
  /** Host modules that become globals. */
  readonly modules: readonly string[]
  /** Imported libraries, each after those it needs, with the global names it is bound to. */
  readonly libraries: readonly { readonly chunk: Chunk; readonly names: readonly string[] }[]
}
