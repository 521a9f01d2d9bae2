// The host half of `ctx`: the values a process inherited from whoever started it.

import type { Service } from './service.ts'

export const ctxService = (): Service => ({
  name: 'ctx',
  operations: { 'ctx.all': ({ caller }) => [caller.context.values] },
})
