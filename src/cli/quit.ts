// Ends a command with all that is wrong, when that is more than one error says; or when everything there is to say has been said.

import type { WippyError } from '../error.ts'

export class Quit extends Error {
  readonly exitCode: number
  /** What is still to be said. */
  readonly problems: readonly WippyError[]

  constructor(exitCode: number, problems: readonly WippyError[] = []) {
    super(`ends with ${exitCode}`)
    this.exitCode = exitCode
    this.problems = problems
  }
}
