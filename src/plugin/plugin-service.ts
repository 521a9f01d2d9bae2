// The host half of `plugin`: a process calls the component of its own entry, and no other.

import { Kind, WippyError } from '../error.ts'
import type { Registry } from '../registry/registry.ts'
import type { Service } from '../service/service.ts'
import { WASM_PROCESS } from '../service/wasm-process.ts'
import type { Plugins } from './plugins.ts'

export const pluginService = (plugins: Plugins, registry: Registry): Service => ({
  name: 'plugin',
  operations: {
    'plugin.run': async ({ caller, raw }) => {
      const entry = registry.get(caller.entry)
      if (entry?.kind === WASM_PROCESS) return await plugins.call(entry, raw, { by: caller.pid })
      throw new WippyError('ENTRY_NO_PLUGIN', Kind.Invalid, `"${caller.entry}" is no ${WASM_PROCESS}`, { retryable: false })
    },
  },
})
