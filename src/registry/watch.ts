// Files that were saved, in batches: an editor's way of saving is one change of one file, a checkout of fifty is one change of fifty.
//
//   W1 A batch ends when nothing has been written for a moment and no git command is at work; what was written while the program was held up
//      belongs to it. That a file is gone or empty is believed after another moment: who saves it may have taken it away, or emptied it, first.
//   W2 A batch says where to look, not what happened there. A directory in it means everything below.
//   W3 Directories are watched, one by one, and not their files: a watched file that is replaced would be watched no more. A directory is
//      watched before it is looked into, so nothing in it comes unseen.

import { type Dirent, existsSync, type FSWatcher, readdirSync, type Stats, statSync, watch } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { isHidden } from './source.ts'

const QUIET_MS = 40
const GONE_MS = 100
const LONGEST_MS = 5000 // of a batch, whoever writes on and on
const MANY = 4096 // paths in a batch; the system may have lost some of so many, so everything is looked at

export type WatchOptions = {
  /** Absolute. Whatever is below them counts, but for node_modules and dot-folders. */
  readonly directories: readonly string[]
  /** Whether a file of this absolute path is of interest. */
  readonly isWanted: (path: string) => boolean
  readonly saved: (paths: ReadonlySet<string>) => void
  /** Hears what is not watched any more. */
  readonly report: (error: WippyError) => void
}

type Watched = { readonly watcher: FSWatcher; readonly inode: number }

/** Nothing for what is not there, or not ours to see. */
const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

const isUnfinished = (path: string): boolean => {
  const stat = statOf(path)
  return stat === undefined || (stat.isFile() && stat.size === 0)
}

/** The lock file that git holds while it changes the files below a directory. */
const gitLock = (directory: string): string | null => {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return join(at, '.git', 'index.lock')
    if (dirname(at) === at) return null
  }
}

export class Watch {
  readonly #options: WatchOptions
  readonly #locks: readonly string[]
  readonly #watched = new Map<string, Watched>() // by path of the directory
  readonly #parents: readonly FSWatcher[]
  #paths = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #ending: NodeJS.Immediate | undefined
  #first = 0 // when the batch began
  #last = 0 // when something was added to it

  /** From now on every change is heard. */
  constructor(options: WatchOptions) {
    const { directories } = options
    this.#options = options
    this.#locks = [...new Set(directories.flatMap((directory) => gitLock(directory) ?? []))]
    this.#parents = [...new Set(directories.map(dirname))].flatMap((parent) => {
      const hear = (name: string): void => {
        if (directories.includes(join(parent, name))) this.#changed(join(parent, name))
      }
      return this.#listen(parent, hear) ?? []
    })
    for (const directory of directories) this.#enter(directory)
  }

  /** Takes files of these absolute paths for changed. */
  look(paths: Iterable<string>): void {
    for (const path of paths) this.#note(path)
  }

  close(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#ending)
    for (const watcher of [...this.#parents, ...[...this.#watched.values()].map(({ watcher }) => watcher)]) watcher.close()
    this.#watched.clear()
  }

  #listen(directory: string, hear: (name: string) => void): FSWatcher | null {
    try {
      const watcher = watch(directory, { persistent: false }, (_, name) => (name === null ? this.#note(directory) : hear(name)))
      watcher.on('error', (cause) => this.#failed(directory, cause))
      return watcher
    } catch (cause) {
      this.#failed(directory, cause)
      return null
    }
  }

  /** Watches a directory and those below it. */
  #enter(directory: string): void {
    const stat = statOf(directory)
    if (!stat?.isDirectory() || this.#watched.has(directory)) return
    const watcher = this.#listen(directory, (name) => {
      if (name === basename(directory)) this.#renew(directory) // it went itself, or what bears its name within
      this.#changed(join(directory, name))
    })
    if (watcher === null) return
    this.#watched.set(directory, { watcher, inode: stat.ino })
    for (const item of this.#list(directory)) {
      if (item.isDirectory() && !isHidden(item.name)) this.#enter(join(directory, item.name))
    }
  }

  #list(directory: string): readonly Dirent[] {
    try {
      return readdirSync(directory, { withFileTypes: true })
    } catch (cause) {
      this.#failed(directory, cause)
      return []
    }
  }

  /** What is there now may be another directory of that name, even under the same inode. */
  #renew(directory: string): void {
    this.#leave(directory)
    this.#enter(directory)
    this.#note(directory)
  }

  /** Watches a directory and those below it no more. */
  #leave(directory: string): void {
    for (const [path, { watcher }] of this.#watched) {
      if (path !== directory && !path.startsWith(directory + sep)) continue
      watcher.close()
      this.#watched.delete(path)
    }
  }

  #changed(path: string): void {
    const stat = statOf(path)
    const known = this.#watched.get(path)
    const isDirectory = stat?.isDirectory() === true
    if (known && known.inode !== stat?.ino) this.#leave(path)
    if (isDirectory && !isHidden(basename(path))) this.#enter(path)
    if (known ? known.inode !== stat?.ino : isDirectory || this.#options.isWanted(path)) this.#note(path)
  }

  #note(path: string): void {
    this.#last = performance.now()
    if (this.#paths.size === 0) this.#first = this.#last
    this.#paths.add(path)
    this.#wait(QUIET_MS)
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#hear(), Math.max(1, Math.min(ms, this.#first + LONGEST_MS - performance.now())))
  }

  /** Ends the batch, unless something is heard first that has been written already: timers come before it. */
  #hear(): void {
    const last = this.#last
    this.#ending = setImmediate(() => {
      const now = performance.now()
      if (this.#last === last || now >= this.#first + LONGEST_MS) this.#end(now)
    })
  }

  #end(now: number): void {
    const ms = this.#early(now)
    if (ms > 0) {
      this.#wait(ms)
      return
    }
    clearTimeout(this.#timer)
    const { directories, saved } = this.#options
    const paths = this.#paths
    this.#paths = new Set()
    saved(paths.size < MANY ? paths : new Set(directories))
  }

  /** How much longer the batch should wait. */
  #early(now: number): number {
    if (now >= this.#first + LONGEST_MS) return 0
    if (this.#locks.some(existsSync)) return QUIET_MS
    return [...this.#paths].some(isUnfinished) ? this.#last + GONE_MS - now : 0
  }

  #failed(directory: string, cause: unknown): void {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || !existsSync(directory)) return // it went; its parent tells
    const hint = code === 'ENOSPC' ? 'Raise fs.inotify.max_user_watches.' : 'Start again to follow the files there.'
    const text = `the files in ${directory} are not watched: ${message}`
    this.#options.report(new WippyError('WATCH_FAILED', Kind.Unavailable, text, { hint, cause }))
  }
}
