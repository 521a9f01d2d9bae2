// Whose ends a workflow waits for, told from its records alone: it asked to watch them, and they have not ended since.

import { type Pid, parsePid } from '../pid.ts'
import { idOf } from './id.ts'

/** `on`: the start of a node that went on with the workflow when it began to watch; an ordinary process is of that one. */
export type Watched = readonly [pid: Pid, on: string]

export class Watching {
  readonly #all: Map<Pid, string>

  constructor(all: readonly Watched[] = []) {
    this.#all = new Map(all)
  }

  get size(): number {
    return this.#all.size
  }

  has(pid: Pid): boolean {
    return this.#all.has(pid)
  }

  all(): readonly Watched[] {
    return [...this.#all]
  }

  /** An ask was answered well, `on` a start of a node. `how`: of a spawn; `answer`: the pid it gave. */
  answered(
    op: string,
    target: string,
    { how, answer, on }: { readonly how: unknown; readonly answer: unknown; readonly on: string },
  ): void {
    if (op === 'process.monitor' && parsePid(target) !== null) this.#all.set(target as Pid, on)
    else if (op === 'process.unmonitor') this.#all.delete(target as Pid)
    else if (op === 'process.spawn' && isMonitored(how) && parsePid(String(answer)) !== null && idOf(answer as Pid) === null) {
      this.#all.set(answer as Pid, on)
    }
  }

  ended(pid: string): void {
    this.#all.delete(pid as Pid)
  }
}

/** Whether a spawn asks to hear of the end. */
export const isMonitored = (how: unknown): boolean => typeof how === 'string' && how.endsWith('monitored')
