// Folders for as long as something is measured.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Scratch = { readonly path: string; remove(): void }

/** Makes a folder, which is removed with the program at the latest, also when Ctrl-C ends that. */
export const scratchFolder = (): Scratch => {
  const path = mkdtempSync(join(tmpdir(), 'wippy-bench-'))
  const clean = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', clean)
  return {
    path,
    remove: () => {
      process.off('exit', clean)
      clean()
    },
  }
}
