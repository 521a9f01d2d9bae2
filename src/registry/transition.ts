// Taking a set of changes through the handlers of their kinds: all of them, or none.

import { Kind, WippyError } from '../error.ts'
import type { Change, State } from './change.ts'
import { whereOf } from './entry.ts'
import type { Handler, Kinds } from './kinds.ts'
import { pauses } from './slices.ts'

type Step = { readonly handler: Handler; readonly change: Change }

/** Changes that were prepared and now wait to be committed or discarded. */
export type Prepared = readonly Step[]

/** What was said without a place, of the entry it was said about: nobody else knows which that was. */
const placed = (error: WippyError, { entry }: Change): WippyError =>
  error.where === undefined
    ? new WippyError(error.code, error.kind, `"${entry.id}": ${error.message}`, {
        retryable: error.retryable,
        details: error.details,
        where: whereOf(entry),
        hint: error.hint,
        frame: error.frame,
        contexts: error.contexts,
        cause: error,
      })
    : error

const asError = (error: unknown, change: Change, verb: string): WippyError =>
  error instanceof WippyError
    ? placed(error, change)
    : new WippyError(
        'HANDLER_FAILED',
        Kind.Internal,
        `"${change.entry.id}" could not be ${verb}: ${error instanceof Error ? error.message : error}`,
        {
          where: whereOf(change.entry),
          cause: error,
        },
      )

/** An update that changes the kind is, to handlers, the end of one entry and the beginning of another. */
const stepsOf = (change: Change, kinds: Kinds): Step[] => {
  const { entry, before } = change
  if (change.kind !== 'entry.update' || !before || before.kind === entry.kind) {
    return kinds.for(entry.kind).map((handler) => ({ handler, change }))
  }
  const end: Change = { kind: 'entry.delete', entry: before, before }
  const begin: Change = { kind: 'entry.create', entry, before: null }
  return [end, begin].flatMap((half) => kinds.for(half.entry.kind).map((handler) => ({ handler, change: half })))
}

/** Takes back what was prepared, the last first. What fails on the way is reported. */
export const discard = async (prepared: Prepared, report: (error: WippyError) => void): Promise<void> => {
  for (const { handler, change } of [...prepared].reverse()) {
    try {
      await handler.discard?.(change)
    } catch (error) {
      report(asError(error, change, 'taken back'))
    }
  }
}

/** Prepares changes in order. When one is refused, those before it are discarded and the refusal is thrown. */
export const prepare = async (
  changes: readonly Change[],
  after: State,
  kinds: Kinds,
  report: (error: WippyError) => void,
): Promise<Prepared> => {
  const prepared: Step[] = []
  const pause = pauses()
  for (const change of changes) {
    await pause()
    try {
      if (change.kind !== 'entry.delete' && !kinds.knows(change.entry.kind)) throw kinds.unknown(change)
      for (const step of stepsOf(change, kinds)) {
        await step.handler.prepare?.(step.change, after)
        prepared.push(step)
      }
    } catch (error) {
      await discard(prepared, report)
      throw asError(error, change, 'applied')
    }
  }
  return prepared
}

/** Commits in order; what fails is reported and the rest goes on. */
export const commit = async (prepared: Prepared, after: State, report: (error: WippyError) => void): Promise<void> => {
  const pause = pauses()
  for (const { handler, change } of prepared) {
    await pause()
    try {
      await handler.commit?.(change, after)
    } catch (error) {
      report(asError(error, change, 'brought to life'))
    }
  }
}
