// Everything the kernel refuses, and every end it brings about itself: the codes are stable.

import { Kind, WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { Fault } from './body.ts'

export const processNotFound = (pid: string): WippyError =>
  new WippyError('PROCESS_NOT_FOUND', Kind.NotFound, `process ${pid} not found`, { retryable: false })

export const unresolved = (name: string): WippyError =>
  new WippyError('NAME_UNRESOLVED', Kind.NotFound, `could not resolve '${name}' as PID or registered name`, { retryable: false })

export const pidNotRegistered = (pid: Pid): WippyError =>
  new WippyError('PID_NOT_REGISTERED', Kind.NotFound, 'pid not registered', { details: { pid } })

export const alreadyMonitoring = (pid: Pid): WippyError =>
  new WippyError('ALREADY_MONITORING', Kind.AlreadyExists, `already monitoring ${pid}`, { details: { pid } })

export const reservedTopic = (): WippyError => new WippyError('TOPIC_RESERVED', Kind.Invalid, 'cannot send to @ topics')

export const mailboxFull = (): WippyError =>
  new WippyError('MAILBOX_FULL', Kind.RateLimited, 'mailbox is full', {
    retryable: true,
    hint: "wait and send again, or give the receiver's host a larger mailbox",
  })

export const messageTooLarge = (): WippyError =>
  new WippyError('MESSAGE_TOO_LARGE', Kind.Invalid, 'message is larger than the whole mailbox of the receiver', { retryable: false })

export const replyTooLarge = (bytes: number): WippyError =>
  new WippyError('REPLY_TOO_LARGE', Kind.RateLimited, `an answer of ${bytes} bytes is more than there is room for, with those that wait`, {
    retryable: false,
    hint: 'Take in answers before asking for more, or ask for less at a time.',
  })

export const hostFull = (host: string, processes: number): WippyError =>
  new WippyError('HOST_FULL', Kind.RateLimited, `host ${host} already runs ${processes} processes`, {
    retryable: true,
    details: { host, processes },
  })

export const budgetTooMany = (processes: number): WippyError =>
  new WippyError('BUDGET_PROCESSES', Kind.RateLimited, `a budget of ${processes} processes is used up`, {
    retryable: true,
    details: { processes },
  })

export const budgetTooDeep = (depth: number): WippyError =>
  new WippyError('BUDGET_DEPTH', Kind.RateLimited, `budgets lie at most ${depth} deep in each other`, { retryable: false })

export const nameTaken = (name: string, pid: Pid): WippyError =>
  new WippyError('NAME_TAKEN', Kind.AlreadyExists, `name '${name}' is already registered`, { details: { pid } })

export const nameInvalid = (name: string): WippyError =>
  new WippyError('NAME_INVALID', Kind.Invalid, `'${name}' cannot be a name`, {
    hint: 'a name has 1 to 1024 characters and does not look like a PID',
  })

export const namesTooMany = (most: number): WippyError =>
  new WippyError('NAMES_TOO_MANY', Kind.RateLimited, `a process has at most ${most} names`, {
    hint: 'unregister those that are not needed',
  })

export const watchesTooMany = (most: number): WippyError =>
  new WippyError('MONITOR_LIMIT', Kind.RateLimited, `a process watches, or is linked to, at most ${most} others`, { retryable: false })

export const pidTaken = (pid: Pid): WippyError =>
  new WippyError('PID_TAKEN', Kind.AlreadyExists, `process ${pid} is already running`, { details: { pid } })

export const terminated = (): WippyError => new WippyError('PROCESS_TERMINATED', Kind.Unknown, 'terminated')

export const linkedProcessFailed = (pid: Pid): WippyError =>
  new WippyError('LINKED_PROCESS_FAILED', Kind.Internal, 'linked process failed', { details: { pid } })

export const malformedFrame = (): WippyError => new WippyError('PROCESS_FRAME', Kind.Internal, 'malformed frame')

export const doorBroken = (op: string): WippyError => new WippyError('INTERNAL', Kind.Internal, `${op} failed within the runtime`)

export const commitFailed = (cause: unknown): WippyError =>
  new WippyError('PROCESS_COMMIT', Kind.Internal, `step could not be made durable: ${cause instanceof Error ? cause.message : cause}`, {
    cause,
  })

/** The end a body's fault leads to: PROCESS_FUEL, PROCESS_MEMORY, PROCESS_STACK or PROCESS_TRAP. */
export const faulted = (fault: Fault | null): WippyError => {
  const { reason, message } = fault ?? { reason: 'trap', message: 'the body of the process broke' }
  return new WippyError(`PROCESS_${reason.toUpperCase()}`, Kind.Internal, message, { details: { reason } })
}

export const startTimeout = (id: string, ms: number): WippyError =>
  new WippyError('SERVICE_START_TIMEOUT', Kind.Timeout, `service ${id} did not start within ${ms} ms`, { details: { id } })

export const serviceUnknown = (id: string): WippyError =>
  new WippyError('SERVICE_UNKNOWN', Kind.NotFound, `no service ${id}`, { details: { id } })

export const serviceKnown = (id: string): WippyError =>
  new WippyError('SERVICE_KNOWN', Kind.AlreadyExists, `there is a service ${id} already`, { details: { id } })

export const serviceCycle = (path: readonly string[]): WippyError =>
  new WippyError('SERVICE_CYCLE', Kind.Invalid, `services require each other: ${path.join(' → ')}`, { details: { path } })

export const requirementFailed = (id: string, requires: string, cause: WippyError | null): WippyError =>
  new WippyError('SERVICE_REQUIREMENT', Kind.Unavailable, `service ${id} waits for ${requires}, which failed`, { retryable: true, cause })

export const serviceBroken = (id: string, cause: unknown): WippyError =>
  cause instanceof WippyError
    ? cause
    : new WippyError('SERVICE_FAILED', Kind.Internal, `service ${id} failed: ${cause instanceof Error ? cause.message : cause}`, { cause })

export const planInvalid = (message: string): WippyError =>
  new WippyError('SUPERVISOR_INVALID', Kind.Invalid, message, { retryable: false })

export const supervisorFull = (children: number): WippyError =>
  new WippyError('SUPERVISOR_FULL', Kind.RateLimited, `the supervisor has ${children} children already`, {
    retryable: true,
    hint: 'let children end, or give the supervisor a larger max_children',
  })

export const supervisorEnding = (pid: Pid): WippyError =>
  new WippyError('SUPERVISOR_ENDING', Kind.Unavailable, `supervisor ${pid} has ended or is about to`)

export const tooManyRestarts = (id: string, max: number, withinMs: number): WippyError =>
  new WippyError('SUPERVISOR_INTENSITY', Kind.Internal, `more than ${max} restarts within ${withinMs} ms, of child ${id} at last`, {
    retryable: true,
    details: { child: id },
  })

export const childKnown = (id: string, pid: Pid | null): WippyError =>
  new WippyError('CHILD_KNOWN', Kind.AlreadyExists, `there is a child ${id} already`, {
    retryable: false,
    details: pid === null ? { id } : { id, pid },
  })

export const childUnknown = (key: string): WippyError =>
  new WippyError('CHILD_NOT_FOUND', Kind.NotFound, `no child ${key}`, { retryable: false, details: { id: key } })

export const childRunning = (id: string): WippyError =>
  new WippyError('CHILD_RUNNING', Kind.Conflict, `child ${id} is running`, { retryable: false, details: { id } })

export const childRestarting = (id: string): WippyError =>
  new WippyError('CHILD_RESTARTING', Kind.Conflict, `child ${id} is about to be started again`, { details: { id } })

export const childNotStarted = (id: string, cause: WippyError): WippyError =>
  new WippyError('CHILD_NOT_STARTED', Kind.Unavailable, `child ${id} could not be started: ${cause.text}`, {
    retryable: cause.retryable,
    details: { id, code: cause.code },
    cause,
  })
