// The directory of a module: where its entries are, and which of them nobody else gets (its tests, the app that tries it out).
//
// `wippy.yaml` names those under `exclude` (patterns of ids; patterns of files are for who publishes it) and `exclude_meta`.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { WippyError } from '../error.ts'
import type { Disable } from './disable.ts'
import { readDocument } from './document.ts'
import { isFields } from './entry.ts'

/** Where a module lies: its name, and its absolute directory. */
export type ModuleSource = { readonly module: string; readonly path: string }

export type ModuleFolder = {
  /** Absolute: `src` in it where there is one, else the directory itself. */
  readonly entries: string
  readonly without: Disable
  readonly problems: readonly WippyError[]
}

const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string')

/** Reads what a module says of itself. Never throws: a `wippy.yaml` that cannot be parsed is a problem. `shown`: paths as people see them. */
export const moduleFolder = (path: string, shown: (path: string) => string): ModuleFolder => {
  const src = join(path, 'src')
  const entries = statSync(src, { throwIfNoEntry: false })?.isDirectory() ? src : path
  const manifest = join(path, 'wippy.yaml')
  const document = existsSync(manifest) ? readDocument(shown(manifest), readFileSync(manifest, 'utf8')) : null
  const said = isFields(document?.value) ? document.value : {}
  const meta = isFields(said.exclude_meta) ? said.exclude_meta : {}
  return {
    entries,
    without: {
      namespaces: [],
      entries: textsIn(said.exclude).filter((pattern) => pattern.includes(':')),
      meta: Object.fromEntries(Object.entries(meta).map(([key, values]) => [key, textsIn(values)])),
    },
    problems: document?.fault ? [document.fault] : [],
  }
}
