// Who waits for the end of a workflow, wherever it runs.
//
// What ended is read where it is stored: to be told twice, or too early, does no harm.

import { type Engine, type Head, hasEnded, workflowNotFound } from './engine.ts'

export class Endings {
  readonly #engine: Engine
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** The head of a workflow that has ended, once it has. Throws WORKFLOW_NOT_FOUND when there is none, or none any more. */
  async of(id: string): Promise<Head> {
    for (;;) {
      const told = new Promise<void>((resolve) => {
        const waiting = this.#waiting.get(id) ?? new Set()
        this.#waiting.set(id, waiting.add(resolve))
      })
      const head = await this.#engine.head(id)
      if (head === null) throw workflowNotFound(id)
      if (hasEnded(head.status)) return head
      await told
    }
  }

  /** A workflow may have ended. */
  tell(id: string): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting !== undefined) for (const resolve of waiting) resolve()
  }

  /** Any may have. */
  look(): void {
    for (const id of [...this.#waiting.keys()]) this.tell(id)
  }
}
