// Who waits for the end of a workflow, wherever it runs.
//
// What ended is read where it is stored: to be told twice, or too early, does no harm. What cannot be read at the moment has not ended: it is
// read again when somebody tells of it, or at the next look.

import { WippyError } from '../error.ts'
import { type Engine, type Head, hasEnded, workflowNotFound } from './engine.ts'

export class Endings {
  readonly #engine: Pick<Engine, 'head'>
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(engine: Pick<Engine, 'head'>) {
    this.#engine = engine
  }

  /** Workflows whose end somebody waits for. */
  get size(): number {
    return this.#waiting.size
  }

  /**
   * The head of a workflow that has ended, once it has. Throws WORKFLOW_NOT_FOUND when there is none, or none any more, and the reason of
   * `signal` when nobody waits any longer.
   */
  async of(id: string, signal?: AbortSignal): Promise<Head> {
    for (;;) {
      signal?.throwIfAborted()
      const { promise: told, resolve } = Promise.withResolvers<void>()
      const give = (): void => resolve()
      signal?.addEventListener('abort', give)
      this.#waiting.set(id, (this.#waiting.get(id) ?? new Set()).add(resolve)) // first: what is told while it is read is not missed
      try {
        const head = await this.#engine.head(id)
        if (head === null) throw workflowNotFound(id)
        if (hasEnded(head.status)) return head
        await told
      } catch (error) {
        if (!(error instanceof WippyError && error.retryable === true)) throw error
        await told
      } finally {
        this.#forget(id, resolve)
        signal?.removeEventListener('abort', give)
      }
    }
  }

  /** A workflow may have ended. */
  tell(id: string): void {
    for (const resolve of this.#waiting.get(id) ?? []) resolve()
  }

  /** Any may have. */
  look(): void {
    for (const id of this.#waiting.keys()) this.tell(id)
  }

  #forget(id: string, resolve: () => void): void {
    const waiting = this.#waiting.get(id)
    waiting?.delete(resolve)
    if (waiting?.size === 0) this.#waiting.delete(id)
  }
}
