// A verb: what a command may ask of a running node. One file in verbs/ for each, and a line in the table; it is loaded when it is first asked.

import type { Node } from '../app.ts'
import { Kind, WippyError } from '../error.ts'
import { whenGone } from '../gone.ts'
import type { Process } from '../kernel/process.ts'
import { type Pid, parsePid } from '../pid.ts'
import type { Arguments } from './protocol.ts'

export type VerbCall = {
  readonly node: Node
  readonly args: Arguments
  /** Sends one item before the answer. False when the other side is too slow to take it; it is lost then. */
  send(item: unknown): boolean
  /** Aborted when nobody listens any more. */
  readonly gone: AbortSignal
}

/** Returns the answer. Throws WippyError. */
export type Verb = (call: VerbCall) => unknown

const VERBS: Readonly<Record<string, () => Promise<{ readonly verb: Verb }>>> = {
  agent: () => import('./verbs/agent.ts'),
  audit: () => import('./verbs/audit.ts'),
  hello: () => import('./verbs/hello.ts'),
  inspect: () => import('./verbs/inspect.ts'),
  kill: () => import('./verbs/kill.ts'),
  logs: () => import('./verbs/logs.ts'),
  mailbox: () => import('./verbs/mailbox.ts'),
  'plugin.inspect': () => import('./verbs/plugin-inspect.ts'),
  'plugin.install': () => import('./verbs/plugin-install.ts'),
  'plugin.list': () => import('./verbs/plugin-list.ts'),
  'plugin.permissions': () => import('./verbs/plugin-permissions.ts'),
  'plugin.remove': () => import('./verbs/plugin-remove.ts'),
  'registry.apply': () => import('./verbs/registry-apply.ts'),
  'registry.prune': () => import('./verbs/registry-prune.ts'),
  'registry.rollback': () => import('./verbs/registry-rollback.ts'),
  'registry.settle': () => import('./verbs/registry-settle.ts'),
  'registry.snapshot': () => import('./verbs/registry-snapshot.ts'),
  'sandbox.run': () => import('./verbs/sandbox-run.ts'),
  trace: () => import('./verbs/trace.ts'),
  ps: () => import('./verbs/ps.ts'),
  'workflow.cancel': () => import('./verbs/workflow-cancel.ts'),
  'workflow.export': () => import('./verbs/workflow-export.ts'),
  'workflow.fork': () => import('./verbs/workflow-fork.ts'),
  'workflow.import': () => import('./verbs/workflow-import.ts'),
  'workflow.journal': () => import('./verbs/workflow-journal.ts'),
  'workflow.list': () => import('./verbs/workflow-list.ts'),
  'workflow.pause': () => import('./verbs/workflow-pause.ts'),
  'workflow.query': () => import('./verbs/workflow-query.ts'),
  'workflow.replay': () => import('./verbs/workflow-replay.ts'),
  'workflow.resume': () => import('./verbs/workflow-resume.ts'),
  'workflow.show': () => import('./verbs/workflow-show.ts'),
  'workflow.signal': () => import('./verbs/workflow-signal.ts'),
  'workflow.start': () => import('./verbs/workflow-start.ts'),
  'workflow.state': () => import('./verbs/workflow-state.ts'),
  'workflow.terminate': () => import('./verbs/workflow-terminate.ts'),
}

/** Resolves when nobody listens any more, or the node has ended. */
export const untilOver = ({ node, gone }: Pick<VerbCall, 'node' | 'gone'>): Promise<void> =>
  new Promise((resolve) => {
    const forget = whenGone(gone, resolve)
    void node.ended.then(() => {
      forget()
      resolve()
    })
  })

/** Throws CONTROL_VERB. */
export const verbNamed = async (name: string): Promise<Verb> => {
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (load !== undefined) return (await load()).verb
  const hint = `It knows ${Object.keys(VERBS).join(', ')}.`
  throw new WippyError('CONTROL_VERB', Kind.NotFound, 'this node does not know the verb', { hint, retryable: false })
}

/** A text among the arguments. Throws CONTROL_ARGUMENT. */
export const textOf = (args: Arguments, name: string): string => {
  const value = args[name]
  if (typeof value === 'string' && value !== '') return value
  throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, `${name} is missing`, { retryable: false })
}

/** Bytes among the arguments. Throws CONTROL_ARGUMENT. */
export const bytesOf = (args: Arguments, name: string): Uint8Array => {
  const value = args[name]
  if (value instanceof Uint8Array) return value
  throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, `${name} is missing`, { retryable: false })
}

/** A list of texts among the arguments; undefined when it is not there. Throws CONTROL_ARGUMENT. */
export const textsOf = (args: Arguments, name: string): readonly string[] | undefined => {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, `${name} is not a list of texts`, { retryable: false })
}

/** A version's number among the arguments; undefined when it is not there. Throws CONTROL_ARGUMENT. */
export const versionOf = (args: Arguments, name: string): number | undefined => {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (Number.isSafeInteger(value)) return value as number
  throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, `${name} is not a version`, { retryable: false })
}

/** The process that is meant by its pid, its number (`0x1f`, `31`) or a registered name. Throws PROCESS_NOT_FOUND. */
export const processOf = ({ scheduler }: Node, word: string): Process => {
  const serial = /^(?:0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : -1
  const pid = parsePid(word) === null ? scheduler.names.lookup(word) : (word as Pid)
  const found = serial >= 0 ? [...scheduler.processes].find((process) => process.serial === serial) : pid && scheduler.processes.find(pid)
  if (found) return found
  const hint = '"wippy ps" lists what runs; a process is meant by its pid, the number at its end, or a registered name.'
  throw new WippyError('PROCESS_NOT_FOUND', Kind.NotFound, `there is no process "${word}"`, { hint, retryable: false })
}
