// The host half of `supervisor`: the children of a supervisor, from Lua.
//
// Who asks needs the right for the entry of the supervisor, however it was named; to let it run something the supervisor does not have in
// its plan, also the right to spawn that. What is started so runs as who asked for it; who has a budget cannot start it, as it would leave that.

import { Kind, WippyError } from '../error.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { isFields } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Permits } from './permit.ts'
import type { Call, Operation, Service } from './service.ts'
import type { Running, Supervisors } from './supervisors.ts'
import { patterned, requestedChild } from './tree-plan.ts'

export type SupervisorOptions = {
  readonly supervisors: Supervisors
  readonly registry: Registry
  readonly permits: Permits
  readonly scheduler: Scheduler
}

const invalid = (message: string): WippyError => new WippyError('SUPERVISOR_INVALID', Kind.Invalid, message, { retryable: false })

const key = ({ args: [id] }: Call): string => {
  if (typeof id === 'string' && id !== '') return id
  throw invalid('a child is named by its id')
}

export const supervisorService = ({ supervisors, registry, permits, scheduler }: SupervisorOptions): Service => {
  const on =
    (act: (running: Running, call: Call) => unknown): Operation =>
    async (call) => {
      const running = supervisors.find(call.target)
      permits.need(call.caller, { action: call.op, resource: running.entry.id })
      return [(await act(running, call)) ?? true]
    }

  const startChild = ({ entry, tree }: Running, { caller, args: [wanted] }: Call): Promise<string> => {
    if (caller.context.within !== undefined || scheduler.budgetOf(caller.pid)?.isBoundless === false) {
      const message = `a child of "${entry.id}" would outlive the budget of who starts it`
      throw new WippyError('BUDGET_SUPERVISED', Kind.PermissionDenied, message, { retryable: false })
    }
    if (tree.plan.strategy === 'simple_one_for_one') {
      if (wanted === null || wanted === undefined || (isFields(wanted) && Object.keys(wanted).length === 0)) {
        return tree.startChild(patterned(tree.plan, []))
      }
      if (Array.isArray(wanted)) return tree.startChild(patterned(tree.plan, wanted))
      throw invalid('children of a simple_one_for_one supervisor are started with a list of arguments')
    }
    if (!isFields(wanted)) throw invalid('a child is described by a table')
    const child = requestedChild(wanted, entry, (id) => registry.get(id), caller.context)
    permits.need(caller, { action: 'process.spawn', resource: child.program.entry, meta: { pid: caller.pid } })
    return tree.startChild(child)
  }

  return {
    name: 'supervisor',
    operations: {
      'supervisor.start_child': on(startChild),
      'supervisor.restart_child': on(({ tree }, call) => tree.restartChild(key(call))),
      'supervisor.terminate_child': on(({ tree }, call) => tree.terminateChild(key(call))),
      'supervisor.delete_child': on(({ tree }, call) => tree.deleteChild(key(call))),
      'supervisor.which_children': on(({ tree }) => tree.children()),
      'supervisor.count_children': on(({ tree }) => ({ ...tree.counts, restarts: tree.restarts })),
    },
  }
}
