// Directories of files that exist for one test run, and entries made by hand.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'

const made: string[] = []
process.on('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

/** A fresh directory holding `files`: path → content. */
export const directoryWith = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wippy-test-'))
  made.push(directory)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}

/** `entry('app:x', 'library.lua', { imports: … })` */
export const entry = (id: string, kind = 'registry.entry', data: unknown = {}, meta: Record<string, unknown> = {}): Entry =>
  makeEntry({ id, kind, data, meta })

export const ids = (entries: Iterable<{ readonly id: string }>): string[] => [...entries].map(({ id }) => id)

export const codes = (errors: Iterable<{ readonly code: string }>): string[] => [...errors].map(({ code }) => code)
