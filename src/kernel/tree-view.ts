// What is shown of a supervisor's children.

import type { Pid } from '../pid.ts'
import type { Child } from './children.ts'

export type ChildView = {
  readonly id: string
  readonly pid: Pid | null
  readonly state: 'running' | 'restarting' | 'stopped'
  readonly type: 'worker' | 'supervisor'
  readonly restarts: number
}

/** `specs`: how many specifications there are; of `simple_one_for_one` there is one, whatever it has started. */
export type Counts = { readonly specs: number; readonly active: number; readonly supervisors: number; readonly workers: number }

/** A child as it is shown. */
export const viewOf = ({ spec: { id, type }, pid, isRestarting, restarts }: Child<unknown>): ChildView => ({
  id,
  pid,
  state: pid ? 'running' : isRestarting ? 'restarting' : 'stopped',
  type,
  restarts,
})

/** How many children of which sort there are, and how many of them run. */
export const countsOf = (children: readonly Child<unknown>[], isSimple: boolean): Counts => {
  const supervisors = children.filter(({ spec }) => spec.type === 'supervisor').length
  const active = children.filter(({ pid }) => pid !== null).length
  return { specs: isSimple ? 1 : children.length, active, supervisors, workers: children.length - supervisors }
}
