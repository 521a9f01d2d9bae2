// The host half of the Lua module `workflow`: what a workflow knows of itself, and what it answers others.

import { Kind, WippyError } from '../error.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Durables } from '../workflow/durables.ts'
import type { Run } from '../workflow/run.ts'
import type { Call, Service } from './service.ts'
import { fieldsIn } from './workflow-options.ts'

const RECORDS = 1000 // read at once

const refused = (code: string, message: string): WippyError => new WippyError(code, Kind.Invalid, message, { retryable: false })

export const workflowService = (durables: Durables, scheduler: Scheduler): Service => {
  const runOf = ({ caller, op }: Call): Run => {
    const process = scheduler.processes.find(caller.pid)
    const run = process === null ? null : durables.runOf(process)
    if (run) return run
    throw refused('WORKFLOW_NONE', `${op} is only possible within a workflow`)
  }

  const version = (call: Call): readonly unknown[] => {
    runOf(call)
    const [lowest, highest] = call.args
    if (typeof lowest !== 'number' || typeof highest !== 'number' || lowest > highest)
      throw refused('WORKFLOW_VERSION', 'workflow.version takes an id and two numbers, the lower one first')
    return [highest]
  }

  const read = async ({ target, raw }: Call): Promise<readonly unknown[]> => {
    const { head, rest } = split(raw, 1)
    return [await durables.inquiries.ask(target as Pid, String(head[0]), rest)]
  }

  const size = async (call: Call): Promise<readonly unknown[]> => {
    const { id } = runOf(call)
    let bytes = 0
    for (let from = 1; ; from += RECORDS) {
      const records = await durables.engine.read(id, from, RECORDS)
      for (const record of records) bytes += record.length
      if (records.length < RECORDS) return [bytes]
    }
  }

  return {
    name: 'workflow',
    operations: {
      'workflow.info': (call) => {
        const { id, card, position } = runOf(call)
        const info = {
          workflow_id: id,
          run_id: `${id}/${card.start}`,
          workflow_type: card.entry,
          task_queue: card.host,
          namespace: 'default',
        }
        return [{ ...info, attempt: 1, history_length: position.seq - card.start + 1 }]
      },
      'workflow.exec': (call) => [runOf(call) && null],
      'workflow.version': version,
      'workflow.attrs': (call) => {
        const run = runOf(call)
        const [search, memo] = call.args
        run.describe({ ...run.card.search, ...fieldsIn(search) }, { ...run.card.memo, ...fieldsIn(memo) })
        return [true]
      },
      'workflow.history_size': size,
      'workflow.read': read,
    },
  }
}
