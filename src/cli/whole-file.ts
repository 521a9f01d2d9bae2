// What commands write: files that are there whole or not at all.

import { renameSync, rmSync, writeFileSync } from 'node:fs'

/** Writes a file. Throws what the system refuses, and names the file. */
export const writeWhole = (path: string, content: string | Uint8Array, mode?: number): void => {
  const part = `${path}.part`
  try {
    writeFileSync(part, content, { mode })
    renameSync(part, path)
  } catch (error) {
    rmSync(part, { force: true })
    throw Object.assign(error as Error, { path })
  }
}
