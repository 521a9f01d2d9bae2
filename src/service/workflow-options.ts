// What a spawner may say of a workflow, `workflow.X` and `temporal.workflow.X` alike.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import type { Closing } from '../workflow/card.ts'
import type { Conflict, Reuse } from '../workflow/start.ts'
import { millisecondsOf } from './spawn-options.ts'

type Fields = Readonly<Record<string, unknown>>

/** How a workflow is started. */
export type WorkflowOptions = {
  readonly id: string | null
  readonly reuse: Reuse
  readonly conflict: Conflict
  readonly search: Fields
  readonly memo: Fields
  /** Of a child; null: as its kind has it. */
  readonly closing: Closing | null
  readonly delayMs: number
  readonly executionMs: number | null
  readonly runMs: number | null
  /** When it runs, again and again. */
  readonly cron: string | null
}

export const plainStart: WorkflowOptions = {
  ...{ id: null, reuse: 'allow', conflict: 'use', search: {}, memo: {} },
  ...{ closing: null, delayMs: 0, executionMs: null, runMs: null, cron: null },
}

/** A table with names for keys; of anything else nothing. */
export const fieldsIn = (value: unknown): Fields =>
  isFields(value) ? value : value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [String(key), item])) : {}

const REUSE: Readonly<Record<string, Reuse>> = {
  allow_duplicate: 'allow',
  allow_duplicate_failed_only: 'failed',
  reject_duplicate: 'never',
}

const CONFLICT: Readonly<Record<string, Conflict>> = { use_existing: 'use', fail: 'fail', terminate_existing: 'terminate' }
const CLOSING: Readonly<Record<string, Closing>> = { terminate: 'terminate', abandon: 'abandon', request_cancel: 'cancel' }

/** The choice a name stands for, in any spelling Temporal has for it. */
const chosen = <T>(option: string, choices: Readonly<Record<string, T>>, value: unknown): T | null => {
  if (value === undefined) return null
  const name = String(value).toLowerCase().replaceAll('-', '_')
  const known = Object.keys(choices).find((choice) => name === choice || name.endsWith(`_policy_${choice}`))
  if (known !== undefined) return choices[known]!
  throw new WippyError('WORKFLOW_OPTION', Kind.Invalid, `workflow.${option} "${String(value)}" is unknown`, {
    retryable: false,
    hint: `There are ${Object.keys(choices).join(', ')}.`,
  })
}

/** What the options of a spawner say. Throws WORKFLOW_OPTION, DURATION_INVALID. */
export const workflowOptionsOf = (options: unknown): WorkflowOptions => {
  const all = isFields(options) ? options : {}
  const given = fieldsIn(all.options)
  const option = (name: string): unknown => given[`workflow.${name}`] ?? given[`temporal.workflow.${name}`]
  const name = typeof all.name === 'string' ? all.name : null
  const id = option('id')
  const cron = option('cron_schedule')
  const timeMs = (name: string): number | null => millisecondsOf(option(name), 0) || null
  const mustBeNew = option('execution_error_when_already_started') === true
  return {
    id: typeof id === 'string' ? id : name,
    reuse: chosen('id_reuse_policy', REUSE, option('id_reuse_policy')) ?? 'allow',
    conflict: mustBeNew ? 'fail' : (chosen('id_conflict_policy', CONFLICT, option('id_conflict_policy')) ?? 'use'),
    search: fieldsIn(option('search_attributes')),
    memo: fieldsIn(option('memo')),
    closing: chosen('parent_close_policy', CLOSING, option('parent_close_policy')),
    delayMs: timeMs('start_delay') ?? 0,
    executionMs: timeMs('execution_timeout'),
    runMs: timeMs('run_timeout'),
    cron: typeof cron === 'string' && cron !== '' ? cron : null,
  }
}
