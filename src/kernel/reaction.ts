// What a supervisor does about the end of a child, and about another plan: decisions on plans and children, which tree.ts carries out.

import { Kind, type WippyError } from '../error.ts'
import type { ChildSpec, Plan } from './child.ts'
import { Child } from './children.ts'

type Rules = Pick<Plan<unknown>, 'strategy' | 'autoShutdown'>

/** Whether a child is started again after an end by itself. `error`: null for one that ended well. */
export const isNeeded = ({ restart }: Pick<ChildSpec<unknown>, 'restart'>, error: WippyError | null): boolean =>
  restart === 'permanent' || (restart === 'transient' && error !== null && error.kind !== Kind.Canceled)

/** Who is started again together with a child, itself included, of all in the order of their start. */
export const groupOf = <Of extends Child<unknown>>({ strategy }: Pick<Rules, 'strategy'>, child: Of, all: readonly Of[]): readonly Of[] => {
  if (strategy === 'one_for_all') return all
  return strategy === 'rest_for_one' ? all.slice(all.indexOf(child)) : [child]
}

/** Whether the end of a significant child is the supervisor's; `all`: with that one. */
export const endsWithIt = ({ autoShutdown }: Pick<Rules, 'autoShutdown'>, all: readonly Child<unknown>[]): boolean => {
  if (autoShutdown !== 'all_significant') return autoShutdown === 'any_significant'
  return !all.some(({ spec, pid, isRestarting }) => spec.significant && (pid !== null || isRestarting))
}

/** The children of a new plan in their order, those that were started by request behind them; whom to end, and whom to start after that. */
export type Arrangement<Program> = {
  readonly children: readonly Child<Program>[]
  readonly leaving: readonly Child<Program>[]
  readonly arriving: readonly Child<Program>[]
}

/** What becomes of the children that there are. Who stays has what the new plan says of it. `isSame`: whether two programs are. */
export const arranged = <Program>(
  planned: readonly ChildSpec<Program>[],
  before: readonly Child<Program>[],
  isSame: (a: Program, b: Program) => boolean,
): Arrangement<Program> => {
  const byId = new Map(before.flatMap((child) => (child.isPlanned ? [[child.spec.id, child]] : [])))
  const own = planned.map((spec) => {
    const known = byId.get(spec.id)
    if (known === undefined || !isSame(known.spec.program, spec.program)) return new Child(spec, true)
    known.spec = spec
    return known
  })
  const ids = new Set(planned.map(({ id }) => id))
  const requested = before.filter(({ isPlanned, spec }) => !isPlanned && !ids.has(spec.id))
  const [children, were] = [new Set([...own, ...requested]), new Set(before)]
  return {
    children: [...children],
    leaving: before.filter((child) => !children.has(child)),
    arriving: own.filter((child) => !were.has(child)),
  }
}
