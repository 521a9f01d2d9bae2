// Everything that is wrong with an app, found without starting any of it: its files are read, its Lua is compiled, and whoever handles a kind
// looks at the entries of it. Nothing is connected to, nothing is written, and a node that runs here is not disturbed.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boot } from '../app.ts'
import type { Config } from '../config.ts'
import { WippyError } from '../error.ts'
import type { Loader } from '../lmdb/state-folder.ts'
import type { State } from '../registry/change.ts'
import { absentComponents } from '../registry/components.ts'
import { EntryTypes, type TypesTold, typesTold } from '../service/entry-types.ts'
import { silentLog } from '../service/logger.ts'
import { frameAt } from './frame.ts'

export type Checked = {
  readonly entries: number
  /** In the order of files and lines. */
  readonly problems: readonly WippyError[]
  readonly warnings: readonly WippyError[]
  /** What types say of Lua that came with modules. */
  readonly ofModules: readonly WippyError[]
}

const byPlace = ({ where: a }: WippyError, { where: b }: WippyError): number =>
  (a?.file ?? '').localeCompare(b?.file ?? '') || (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)

/** With the lines around its place, when those are in a file that can be read. */
const framed = (error: WippyError, root: string): WippyError => {
  const { code, kind, message, where, hint, frame = frameAt(root, where ?? {}) } = error
  return frame === error.frame ? error : new WippyError(code, kind, message, { where, hint, frame })
}

/** What types say of all Lua, apart from what was refused for it. */
const typeWarnings = (state: State, { root, typeSystem: { enabled, strict } }: Config): TypesTold =>
  typesTold(state.values(), new EntryTypes((id) => state.get(id)), {
    root,
    isTold: ({ severity }) => !enabled || (!strict && severity === 'warning'),
  })

/** Checks an app. Never throws for what is wrong in its files. */
export const check = async (config: Config, load?: Loader): Promise<Checked> => {
  const state = mkdtempSync(join(tmpdir(), 'wippy-check-'))
  const log = silentLog()
  try {
    const node = await boot(
      { ...config, state, registry: { ...config.registry, history: 'none' } },
      { log, trial: true, ...(load && { load }) },
    )
    try {
      const { problems, registry } = node
      const { state } = registry.snapshot()
      const { own, ofModules } = typeWarnings(state, config)
      const told = (errors: readonly WippyError[]) => errors.toSorted(byPlace).map((error) => framed(error, config.root))
      return {
        entries: state.size,
        problems: told(problems),
        warnings: told([...node.warnings, ...absentComponents([...state.values()], config.root), ...own]),
        ofModules: told(ofModules),
      }
    } finally {
      await node.stop({ now: true })
    }
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
}
