// The component that somebody names: a file, or a folder with one.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Kind, WippyError } from '../error.ts'

const refuse = (message: string, hint: string): WippyError =>
  new WippyError('PLUGIN_FILE', Kind.NotFound, message, { hint, retryable: false })

const fileIn = (path: string): string => {
  const found = readdirSync(path).filter((name) => name.endsWith('.wasm'))
  if (found.length === 1) return join(path, found[0]!)
  const message = found.length === 0 ? `${path} holds no .wasm file` : `${path} holds several: ${found.join(', ')}`
  throw refuse(message, found.length === 0 ? 'Build the component first, or name its file.' : 'Name the file.')
}

/** Its bytes, and a name for the plugin: the file's, in lower case. Throws PLUGIN_FILE. */
export const readComponentFile = (path: string): { readonly name: string; readonly bytes: Uint8Array } => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) throw refuse(`there is no ${path}`, 'Give the .wasm file that the component was built to, or its folder.')
  const file = stat.isDirectory() ? fileIn(path) : path
  const name = basename(resolve(file), '.wasm')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
  return { name, bytes: readFileSync(file) }
}
