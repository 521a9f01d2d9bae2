// What the memory of an entry holds before it runs: plain Lua, the modules and libraries it sees, and where to begin.

/** A Lua chunk with its types erased, and the global names that imported libraries get right before it runs: alias → library id. */
export type Chunk = {
  /** What tracebacks say. */
  readonly file: string
  readonly code: string
  readonly imports: Readonly<Record<string, string>>
}

export type Program = {
  /** Registry id. */
  readonly entry: string
  /** The key of the returned table that is the entry point. */
  readonly method: string
  readonly chunk: Chunk
  /** Host modules that become globals. */
  readonly modules: readonly string[]
  /** Modules it needs without seeing them. */
  readonly implied: readonly string[]
  /** Imported libraries, each after those it needs. */
  readonly libraries: readonly { readonly id: string; readonly chunk: Chunk }[]
}
