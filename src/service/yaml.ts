// The host half of `yaml`. What is short is done here: it is done before a thread had heard of it.

import type { Operation, Service } from './service.ts'
import { threaded } from './text-thread.ts'
import { yamlOperations } from './yaml-operations.ts'

const SHORT = 4096 // bytes

export const yamlService = (): Service => {
  const { name, operations } = threaded('yaml', Object.keys(yamlOperations))
  const here = Object.entries(yamlOperations).map(([verb, act]): [string, Operation] => {
    const op = `yaml.${verb}`
    return [op, (call) => (call.raw.length <= SHORT ? act(call.target, call.args) : operations[op]!(call))]
  })
  return { name, operations: Object.fromEntries(here) }
}
