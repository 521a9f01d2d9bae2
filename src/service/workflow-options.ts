// What a spawner may say of a workflow, `workflow.X` and `temporal.workflow.X` alike.

import { isFields } from '../registry/entry.ts'
import type { Conflict, Reuse } from '../workflow/start.ts'

type Fields = Readonly<Record<string, unknown>>

/** How a workflow is started. */
export type WorkflowOptions = {
  readonly id: string | null
  readonly reuse: Reuse
  readonly conflict: Conflict
  readonly search: Fields
  readonly memo: Fields
}

/** A table with names for keys; of anything else nothing. */
export const fieldsIn = (value: unknown): Fields =>
  isFields(value) ? value : value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [String(key), item])) : {}

const REUSE: Readonly<Record<string, Reuse>> = {
  allow_duplicate: 'allow',
  allow_duplicate_failed_only: 'failed',
  reject_duplicate: 'never',
}

/** What the options of a spawner say. */
export const workflowOptionsOf = (options: unknown): WorkflowOptions => {
  const all = isFields(options) ? options : {}
  const given = fieldsIn(all.options)
  const option = (name: string): unknown => given[`workflow.${name}`] ?? given[`temporal.workflow.${name}`]
  const name = typeof all.name === 'string' ? all.name : null
  const id = option('id')
  const policy = option('id_conflict_policy')
  const mustBeNew = policy === 'fail' || option('execution_error_when_already_started') === true
  return {
    id: typeof id === 'string' ? id : name,
    reuse: REUSE[String(option('id_reuse_policy'))] ?? 'allow',
    conflict: mustBeNew ? 'fail' : 'use',
    search: fieldsIn(option('search_attributes')),
    memo: fieldsIn(option('memo')),
  }
}
