// `sandbox.run`, whoever asks for it: Lua, TypeScript, a command, an agent. From options as they are written to how the code came out.

import { Kind, WippyError } from '../error.ts'
import type { Fields } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Registry } from '../registry/registry.ts'
import { scopeOf } from '../security/scope.ts'
import { didYouMean } from '../suggest.ts'
import type { Asker, Sandbox } from './sandbox.ts'
import { outcomeOf, refusedOutcome, type SandboxOutcome } from './sandbox-outcome.ts'
import {
  boundlessSandbox,
  defaultSandbox,
  grantsIn,
  largestSandbox,
  lesser,
  limitsIn,
  SANDBOX_POLICY,
  type SandboxLimits,
  type SandboxPolicy,
  sandboxPolicyOf,
} from './sandbox-policy.ts'
import type { Context } from './service.ts'

export type SandboxRunOptions = {
  /** Units of work. Default: 200,000,000. */
  readonly fuel?: number
  /** `16MiB`, which is the default. */
  readonly memory?: string | number
  /** `3s`; a number is milliseconds. Default: 30s. */
  readonly timeout?: string | number
  /** Processes at once, with those it starts. Default: 16. */
  readonly processes?: number
  /** What its function gets. */
  readonly input?: unknown
  /** Modules (`json`), and actions on resources (`funcs.call:app:double`). Default: nothing. */
  readonly allow?: readonly string[]
  /** More modules. */
  readonly modules?: readonly string[]
  /** A `sandbox.policy` entry, whose grants are added and whose limits hold as well. */
  readonly policy?: string
}

const OPTIONS = ['fuel', 'memory', 'timeout', 'processes', 'input', 'allow', 'modules', 'policy']

/** Modules that nobody but the process itself answers for. */
const OWN = ['base64', 'channel', 'errors', 'payload']

export type SandboxRunnerOptions = {
  readonly sandbox: Sandbox
  readonly registry: Registry
  /** The modules whose operations the node has. */
  readonly modules: () => readonly string[]
  /** What nobody gets more of without a policy. */
  readonly most?: SandboxLimits
}

const wrong = (message: string, hint: string): WippyError =>
  new WippyError('SANDBOX_OPTION', Kind.Invalid, message, { retryable: false, hint })

export class SandboxRunner {
  readonly #options: SandboxRunnerOptions

  constructor(options: SandboxRunnerOptions) {
    this.#options = options
  }

  /** Takes in `sandbox.policy` entries: what one says now holds for what runs under it. */
  readonly handler: Handler = {
    kinds: [SANDBOX_POLICY],
    prepare: ({ kind, entry }) => {
      if (kind !== 'entry.delete') sandboxPolicyOf(entry)
    },
    commit: ({ kind, entry }) => {
      if (kind === 'entry.update') this.#options.sandbox.relimit(entry.id, sandboxPolicyOf(entry).limits)
    },
  }

  /**
   * Runs code to its end with the rights it is given, as far as `context` has them. What the code does wrong is in the outcome. Throws what is
   * wrong with the options: SANDBOX_OPTION, SANDBOX_POLICY_UNKNOWN, SIZE_INVALID, DURATION_INVALID, BUDGET_DEPTH, BUDGET_PROCESSES.
   */
  async run(asker: Asker, source: string, options: Fields, context: Context): Promise<SandboxOutcome> {
    const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
    if (unknown !== undefined) throw wrong(`there is no option "${unknown}"`, `There are ${OPTIONS.join(', ')}.`)
    const { input, allow, modules, policy: id, ...limits } = options
    const policy = this.#policy(id)
    const own = grantsIn(allow)
    const more = grantsIn(modules)
    if (more.allow.length > 0) throw wrong(`"${more.allow[0]}" is no module`, 'Actions belong into allow.')
    const { sandbox, most = largestSandbox } = this.#options
    const asked = policy === null ? lesser(limitsIn(limits, defaultSandbox), most) : limitsIn(limits, boundlessSandbox)
    const wanted = this.#known([...new Set([...own.modules, ...more.modules, ...(policy?.modules ?? [])])])
    const program = await sandbox
      .compile({ source, method: 'main', modules: wanted, imports: {}, globals: {} }, asker.pid)
      .catch(refusedOutcome)
    if ('ok' in program) return program
    const { actor } = context
    const run = await sandbox.run(asker, program, {
      args: input === undefined || input === null ? [] : [input],
      context: { values: {}, ...(actor && { actor }), scope: scopeOf(policy === null ? [] : [String(id)], own.allow), within: context },
      limits: asked,
      policy: policy === null ? undefined : { id: String(id), limits: policy.limits },
    })
    return outcomeOf(run)
  }

  /** Throws SANDBOX_OPTION for a module there is not. */
  #known(modules: readonly string[]): readonly string[] {
    const all = [...OWN, ...this.#options.modules()]
    const unknown = modules.find((name) => !all.includes(name))
    if (unknown === undefined) return modules
    throw wrong(`there is no module "${unknown}"`, didYouMean(unknown, all, `There are ${all.sort().join(', ')}.`))
  }

  #policy(id: unknown): SandboxPolicy | null {
    if (id === undefined || id === null) return null
    const entry = typeof id === 'string' ? this.#options.registry.get(id) : undefined
    if (entry?.kind === SANDBOX_POLICY) return sandboxPolicyOf(entry)
    const hint = entry ? `It is a ${entry.kind}.` : 'Name an entry of kind sandbox.policy, as namespace:name.'
    throw new WippyError('SANDBOX_POLICY_UNKNOWN', Kind.NotFound, `there is no sandbox policy "${String(id)}"`, { retryable: false, hint })
  }
}
