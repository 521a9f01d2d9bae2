// Folders that are made with those they are in.

import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/**
 * Makes a folder, and those it is in, unless they are there; whether it made any. Not Node's `recursive`, which never comes back where a file
 * system refuses new folders as if something were missing, as /proc does. Throws what the system refuses.
 */
export const makeFolder = (folder: string, mode?: number): boolean => {
  if (isFolder(folder)) return false
  const made = dirname(folder) !== folder && makeFolder(dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    readdirSync(folder) // somebody else was quicker; or it is a file, which the system refuses to list
    return made
  }
}
