// Whose ends a workflow waits for, told from its records alone: it asked to watch them, and they have not ended since.

import { type Pid, parsePid } from '../pid.ts'
import { idOf } from './id.ts'

export class Watching {
  readonly #all: Set<Pid>

  constructor(pids: readonly Pid[] = []) {
    this.#all = new Set(pids)
  }

  get size(): number {
    return this.#all.size
  }

  has(pid: Pid): boolean {
    return this.#all.has(pid)
  }

  all(): readonly Pid[] {
    return [...this.#all]
  }

  /** An ask was answered well. `how`: of a spawn; `answer`: the pid it gave. */
  answered(op: string, target: string, how: unknown, answer: unknown): void {
    if (op === 'process.monitor' && parsePid(target) !== null) this.#all.add(target as Pid)
    else if (op === 'process.unmonitor') this.#all.delete(target as Pid)
    else if (op === 'process.spawn' && isMonitored(how) && parsePid(String(answer)) !== null && idOf(answer as Pid) === null) {
      this.#all.add(answer as Pid)
    }
  }

  ended(pid: string): void {
    this.#all.delete(pid as Pid)
  }
}

/** Whether a spawn asks to hear of the end. */
export const isMonitored = (how: unknown): boolean => typeof how === 'string' && how.endsWith('monitored')
