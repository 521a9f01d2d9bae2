// `fs.directory` entries: directories that processes may work in.
//
//   directory (relative to the app, or to the module the entry came with), auto_init: false, mode: "0755", base: project | module,
//   read_only: false

import { realpathSync, statSync } from 'node:fs'
import { Kind, WippyError } from '../error.ts'
import { makeFolder } from '../lmdb/folder.ts'
import type { State } from '../registry/change.ts'
import type { Entry } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import type { Handler } from '../registry/kinds.ts'
import { EntrySettings } from './settings.ts'
import { Volume } from './volume.ts'

export type VolumesOptions = {
  /** Absolute; where the app is. */
  readonly root: string
  readonly lookup: (after: State) => Lookup
  /** Whether entries are only looked at: no directory is made. */
  readonly trial: boolean
}

export class Volumes {
  readonly #options: VolumesOptions
  readonly #volumes = new Map<string, Volume>()
  readonly #next = new Map<string, Volume>()

  readonly handler: Handler = {
    kinds: ['fs.directory'],
    prepare: ({ kind, entry }, after) => {
      if (kind !== 'entry.delete') this.#next.set(entry.id, this.#open(entry, after))
    },
    commit: ({ kind, entry }) => {
      const next = this.#next.get(entry.id)
      this.#next.delete(entry.id)
      if (kind === 'entry.delete') this.#volumes.delete(entry.id)
      else if (next) this.#volumes.set(entry.id, next)
    },
    discard: ({ entry }) => void this.#next.delete(entry.id),
  }

  constructor(options: VolumesOptions) {
    this.#options = options
  }

  /** Throws FS_NOT_FOUND. */
  need(id: string): Volume {
    const volume = this.#volumes.get(id)
    if (volume) return volume
    throw new WippyError('FS_NOT_FOUND', Kind.NotFound, `filesystem "${id}" not found`, { retryable: false })
  }

  #open(entry: Entry, after: State): Volume {
    const { lookup, trial, root } = this.#options
    const settings = new EntrySettings(entry, interpolate(entry, lookup(after)))
    const base = settings.text('base', 'module')
    if (base !== 'module' && base !== 'project') throw settings.refuse('base', 'is not project or module')
    const mode = settings.text('mode', '0755')
    if (!/^0?[0-7]{3}$/.test(mode)) throw settings.refuse('mode', 'is no mode, for example "0755"')
    const place = settings.place('directory', settings.text('directory'), { root, ...(base === 'project' && { from: root }) })
    if (settings.flag('auto_init', false) && !trial) makeFolder(place, Number.parseInt(mode, 8))
    const isThere = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false
    if (!isThere && !trial) throw settings.refuse('directory', 'is no directory', 'Make it, or write auto_init: true.')
    return new Volume(isThere ? realpathSync(place) : place, settings.flag('read_only', false))
  }
}
