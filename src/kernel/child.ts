// What a supervisor is told about its children: specifications and plans as data, as OTP's `supervisor` has them, and what is wrong with one.

import type { WippyError } from '../error.ts'
import { planInvalid, supervisorFull } from './failure.ts'

/** `permanent` is always started again, `transient` after an abnormal end, `temporary` never. */
export const RESTARTS = ['permanent', 'transient', 'temporary'] as const
export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one'] as const
export const AUTO_SHUTDOWNS = ['never', 'any_significant', 'all_significant'] as const

/** `Program` is what to run: opaque here. */
export type ChildSpec<Program> = {
  /** Its name among its siblings. */
  readonly id: string
  readonly program: Program
  readonly type: 'worker' | 'supervisor'
  readonly restart: (typeof RESTARTS)[number]
  /** How many ms it may take to end when asked to, Infinity for as long as it takes; `brutal_kill` does not ask. */
  readonly shutdown: number | 'brutal_kill'
  /** Whether its end by itself may end the supervisor, as `autoShutdown` says. */
  readonly significant: boolean
}

export type Plan<Program> = {
  readonly strategy: (typeof STRATEGIES)[number]
  /** More restarts than this within the time, and the supervisor gives up. */
  readonly maxRestarts: number
  readonly withinMs: number
  readonly autoShutdown: (typeof AUTO_SHUTDOWNS)[number]
  readonly maxChildren: number
  /** In the order in which they are started. Of `simple_one_for_one` the one pattern of all children, none of which is started at first. */
  readonly children: readonly ChildSpec<Program>[]
}

export const defaultPlan = {
  strategy: 'one_for_one',
  maxRestarts: 1,
  withinMs: 5000,
  autoShutdown: 'never',
  maxChildren: 10_000,
} as const

const SHUTDOWN_MS = 5000

export const defaultShutdown = (type: ChildSpec<unknown>['type']): number =>
  type === 'supervisor' ? Number.POSITIVE_INFINITY : SHUTDOWN_MS

/** Why a supervisor of this plan cannot have this child; null when it can. */
export const faultOf = (
  { autoShutdown }: Pick<Plan<unknown>, 'autoShutdown'>,
  { id, restart, significant }: ChildSpec<unknown>,
): WippyError | null => {
  if (!significant) return null
  if (restart === 'permanent') return planInvalid(`child ${id} is significant and permanent: it would never end for good`)
  return autoShutdown === 'never' ? planInvalid(`child ${id} is significant, but auto_shutdown is never`) : null
}

/** Throws SUPERVISOR_INVALID, SUPERVISOR_FULL. */
export const checkPlan = (plan: Plan<unknown>): void => {
  const { strategy, children, maxChildren } = plan
  if (children.length > maxChildren) throw supervisorFull(maxChildren)
  if (strategy === 'simple_one_for_one' && children.length !== 1) throw planInvalid('simple_one_for_one has one child: the pattern of all')
  const ids = new Set<string>()
  for (const child of children) {
    if (ids.has(child.id)) throw planInvalid(`two children are called ${child.id}`)
    ids.add(child.id)
    const fault = faultOf(plan, child)
    if (fault !== null) throw fault
  }
}
