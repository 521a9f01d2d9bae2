// `sandbox.run` for programs in TypeScript: in a node that has nothing but a sandbox and ends with the run, or in one that runs.

import { boot, type Node } from '../app.ts'
import { bareConfig } from '../config.ts'
import { silentLog } from '../service/logger.ts'
import type { Asker } from '../service/sandbox.ts'
import type { SandboxOutcome } from '../service/sandbox-outcome.ts'
import type { SandboxRunOptions } from '../service/sandbox-runner.ts'
import type { Context } from '../service/service.ts'

export { type FailureKind, plainOutcome, type SandboxOutcome } from '../service/sandbox-outcome.ts'
export type { SandboxRunOptions } from '../service/sandbox-runner.ts'

const OPERATOR: Context = { values: {}, operator: true }

/** Nobody in the node asks: there is no budget above, and no end but its own. */
const outside: Asker = { pid: null, onEnd: () => () => {} }

/**
 * Runs code to its end in a node, with the rights that the options name; what the code does wrong is in the outcome. Throws SANDBOX_OPTION,
 * SANDBOX_POLICY_UNKNOWN, SIZE_INVALID, DURATION_INVALID.
 */
export const runOn = async ({ parts }: Node, code: string, options: SandboxRunOptions = {}, asker = outside): Promise<SandboxOutcome> => {
  const { sandboxOf } = await import('./sandboxes.ts')
  return sandboxOf(parts).runner.run(asker, code, options, OPERATOR) // who names grants here is the operator, however strict the app is
}

export const sandbox = {
  /** The same in a node of its own: nothing of an app is there. */
  async run(code: string, options: SandboxRunOptions = {}): Promise<SandboxOutcome> {
    const log = silentLog()
    const node = await boot(bareConfig(process.cwd()), { log, passing: true })
    try {
      return await runOn(node, code, options)
    } finally {
      await node.stop({ now: true })
    }
  },
  /** The sandbox of a node that runs: with its functions and its policies. */
  on: (node: Node) => ({ run: (code: string, options: SandboxRunOptions = {}) => runOn(node, code, options) }),
}
