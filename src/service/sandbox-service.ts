// The host half of `sandbox`: code run by Lua that Lua does not trust.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import { plainOutcome } from './sandbox-outcome.ts'
import type { SandboxRunner } from './sandbox-runner.ts'
import type { Service } from './service.ts'

export const sandboxService = (runner: SandboxRunner): Service => ({
  name: 'sandbox',
  operations: {
    'sandbox.run': async ({ caller, target, args: [source, options] }) => {
      if (typeof source !== 'string') throw new WippyError('SANDBOX_OPTION', Kind.Invalid, 'the code is a text', { retryable: false })
      const given = isFields(options) ? options : {}
      const named = target === '' ? given : { ...given, policy: target } // what the guard has looked at
      return [plainOutcome(await runner.run(caller, source, named, caller.context))]
    },
  },
})
