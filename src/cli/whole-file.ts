// What commands write: files that are there whole or not at all, and the folders they are in.

import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/**
 * Makes a folder, and those it is in, unless they are there. Not Node's `recursive`, which never comes back where a file system refuses new folders
 * as if something were missing, as /proc does. Throws what the system refuses.
 */
export const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    readdirSync(folder) // somebody else was quicker; or it is a file, which the system refuses to list
  }
}

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
