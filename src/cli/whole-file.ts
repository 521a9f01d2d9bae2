// What commands write: files that are there whole or not at all.

import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

/**
 * Writes a file; a link is followed, and what is no file but a pipe or a device is written into, not replaced. Throws what the system refuses, and
 * names the file.
 */
export const writeWhole = (path: string, content: string | Uint8Array, mode?: number): void => {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there && !there.isFile()) {
    writeFileSync(path, content)
    return
  }
  const target = there ? realpathSync(path) : path
  const part = `${target}.part`
  try {
    writeFileSync(part, content, { mode })
    renameSync(part, target)
  } catch (error) {
    rmSync(part, { force: true })
    throw Object.assign(error as Error, { path })
  }
}
