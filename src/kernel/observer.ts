// What can be watched from outside. Nothing depends on it: every method does nothing until somebody overrides it.

import type { Pid } from '../pid.ts'
import type { Exit } from './exit.ts'
import type { Process } from './process.ts'

export class Observer {
  spawned(_process: Process): void {}
  /** One step done; `spent` is its fuel. Called often. */
  stepped(_process: Process, _spent: number): void {}
  upgraded(_before: Process, _after: Process): void {}
  ended(_process: Process, _exit: Exit): void {}
  /** A message was lost without its sender knowing. `code` as in failure.ts. */
  dropped(_from: Pid, _to: string, _code: string): void {}
  /** The host's own code threw where it must not: a closer, a watcher of an end. */
  broken(_process: Process, _cause: unknown): void {}
}
