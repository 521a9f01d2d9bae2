// Files that were saved, as changesets of the registry: what the files say runs.
//
//   F1 A batch of files is one changeset. When any of it cannot be read, or a handler refuses it, nothing of it is applied and what ran
//      runs on.
//   F2 What was refused is tried again with the next batch, so that the save that mends it brings all of it in. When it is still in the
//      way, the new batch goes without it.
//   F3 A file that is saved is the newest word on its entries: it replaces what was changed at run time, and says so.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Kind, WippyError } from '../error.ts'
import { type Operation, same } from './change.ts'
import type { Version } from './history.ts'
import type { Registry } from './registry.ts'
import type { Rewrite, SourceTree } from './source-tree.ts'
import { Watch } from './watch.ts'

/** What became of a batch of files. */
export type Swap = {
  /** The version that was made; null when nothing was applied. */
  readonly version: Version | null
  readonly operations: readonly Operation[]
  /** Why it was refused. */
  readonly problems: readonly WippyError[]
  /** Ids of entries whose change at run time was replaced. */
  readonly replaced: readonly string[]
  /** From the end of the batch to the new entries in use. */
  readonly ms: number
}

export type FollowOptions = {
  readonly tree: SourceTree
  readonly registry: Registry
  /** Hears of every batch that makes a difference, or would. */
  readonly swapped: (swap: Swap) => void
  /** Hears when files are not watched any more. */
  readonly report: (error: WippyError) => void
}

const ATTEMPTS = 3 // somebody else may change the registry at the same moment

const isOutrun = (error: unknown): boolean =>
  error instanceof WippyError && (error.code === 'ENTRY_EXISTS' || error.code === 'ENTRY_NOT_FOUND')

/** What the files want of a registry that may have changed without them. */
const operationFor = ({ id, after }: Rewrite, registry: Registry): Operation[] => {
  const there = registry.get(id)
  if (after === null) return there ? [{ kind: 'entry.delete', id }] : []
  if (there && same(there, after)) return []
  return [{ kind: there ? 'entry.update' : 'entry.create', entry: after }]
}

const isReplacing = ({ id, before, after }: Rewrite, registry: Registry): boolean => {
  const there = registry.get(id) ?? null
  const isEqual = (other: typeof there) => there === other || (there !== null && other !== null && same(there, other))
  return !isEqual(before) && !isEqual(after)
}

/** A directory that went while it was read, or a bug: the files are looked at again with the next batch. */
const notTaken = (cause: unknown): WippyError => {
  const message = `saved files were not taken in: ${cause instanceof Error ? cause.message : cause}`
  return new WippyError('FOLLOW_FAILED', Kind.Internal, message, { cause, hint: 'Save once more.', retryable: true })
}

class Follower {
  readonly #options: FollowOptions
  #waiting = new Set<string>()
  #held = new Set<string>() // files of batches that were refused
  #work: Promise<void> | null = null

  constructor(options: FollowOptions) {
    this.#options = options
  }

  /** Any file may mend what is held. */
  isWanted(path: string): boolean {
    return this.#held.size > 0 || this.#options.tree.concerns(path)
  }

  /** What is saved while a batch is applied is the next batch. */
  saved(paths: Iterable<string>): void {
    for (const path of paths) this.#waiting.add(path)
    this.#work ??= this.#catchUp()
  }

  async done(): Promise<void> {
    await this.#work
  }

  async #catchUp(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = this.#waiting
      this.#waiting = new Set()
      try {
        await this.#take(batch)
      } catch (cause) {
        for (const path of batch) this.#held.add(path)
        this.#options.report(notTaken(cause))
      }
    }
    this.#work = null
  }

  async #take(batch: ReadonlySet<string>): Promise<void> {
    const { swapped } = this.#options
    const held = [...this.#held].filter((path) => !batch.has(path))
    const whole = await this.#apply(new Set([...batch, ...held]))
    if (whole.problems.length === 0) {
      this.#held = new Set()
      if (whole.version) swapped(whole)
      return
    }
    const alone = held.length === 0 ? whole : await this.#apply(batch)
    this.#held = new Set(alone.problems.length === 0 ? held : [...batch, ...held])
    if (alone.version || alone.problems.length > 0) swapped(alone)
  }

  async #apply(paths: ReadonlySet<string>): Promise<Swap> {
    const { tree, registry } = this.#options
    const started = performance.now()
    const swap = (part: Partial<Swap>): Swap => ({
      ...{ version: null, operations: [], problems: [], replaced: [], ...part },
      ms: performance.now() - started,
    })
    const { rewrites, problems, take } = tree.draft(paths)
    if (problems.length > 0) return swap({ problems })
    await nextTurn() // of the event loop: reading took its time
    for (let attempt = 1; ; attempt++) {
      const operations = rewrites.flatMap((rewrite) => operationFor(rewrite, registry))
      const replaced = rewrites.filter((rewrite) => isReplacing(rewrite, registry)).map(({ id }) => id)
      try {
        const version = operations.length === 0 ? null : await registry.apply(operations, { author: 'files', baseline: true })
        take()
        return swap({ version, operations, replaced })
      } catch (error) {
        if (isOutrun(error) && attempt < ATTEMPTS) continue
        if (error instanceof WippyError) return swap({ problems: [error] })
        throw error
      }
    }
  }
}

export type Following = {
  /** Ends it; what has begun is carried out. */
  close(): Promise<void>
}

/** Follows the files of a tree until closed: every save since they were read. */
export const follow = (options: FollowOptions): Following => {
  const { tree, report } = options
  const follower = new Follower(options)
  const watch = new Watch({
    directories: tree.directories,
    isWanted: (path) => follower.isWanted(path),
    saved: (paths) => follower.saved(paths),
    report,
  })
  try {
    watch.look(tree.savedMeanwhile())
  } catch (cause) {
    report(notTaken(cause))
  }
  return {
    close: async () => {
      watch.close()
      await follower.done()
    },
  }
}
