// When a workflow runs again and again. Each run is a workflow of its own, whose id is that of the schedule and the time it is for.
//
//   S1 The next run is stored, waiting for its time, before the one before it takes its first step: no crash loses a schedule.
//   S2 After the node was down one run makes up for all that were missed, or none does; the next one is the first that lies ahead.
//   S3 The times follow from the text and the time zone alone, on every node the same.

import { Cron } from 'croner'
import { Kind, WippyError } from '../error.ts'

/** What to do when a run is due and an earlier one goes on. */
export type Overlap = 'skip' | 'allow' | 'cancel' | 'terminate'

export type Schedule = {
  readonly id: string
  /** Five fields, six with seconds, @hourly and the like; or `@every` and milliseconds. */
  readonly cron: string
  readonly timezone: string
  readonly overlap: Overlap
  readonly catchUp: boolean
  /** Whether an entry says it, and not who started it. */
  readonly isDeclared: boolean
}
/** `atMs`: the time that a run is for. */
export type Scheduled = Schedule & { readonly atMs: number }

/** The attribute that names the schedule of a run. */
export const SCHEDULE = '@schedule'

const EVERY = '@every '

export const invalidSchedule = (cron: string, why: string): WippyError =>
  new WippyError('SCHEDULE_INVALID', Kind.Invalid, `"${cron}" is no schedule: ${why}`, {
    retryable: false,
    hint: 'For example "0 3 * * *", "@hourly" or "@every 5m".',
  })

const patternOf = (cron: string, timezone: string): Cron => {
  try {
    return new Cron(cron, { timezone, paused: true })
  } catch (cause) {
    throw invalidSchedule(cron, (cause as Error).message)
  }
}

/** The first time behind `afterMs`; null when there is none. Throws SCHEDULE_INVALID. */
export const nextTime = ({ cron, timezone }: Pick<Schedule, 'cron' | 'timezone'>, afterMs: number): number | null => {
  if (cron.startsWith(EVERY)) {
    const ms = Number(cron.slice(EVERY.length))
    return (Math.floor(afterMs / ms) + 1) * ms
  }
  const pattern = patternOf(cron, timezone)
  try {
    return pattern.nextRun(new Date(Math.floor(afterMs)))?.getTime() ?? null
  } catch (cause) {
    throw invalidSchedule(cron, (cause as Error).message)
  }
}

/** The id of a run. */
export const scheduledId = ({ id, atMs }: Scheduled): string => `${id}/${new Date(atMs).toISOString().replace('.000', '')}`

/** Whether two schedules mean the same times, treated in the same way. */
export const isSameSchedule = (a: Schedule, b: Schedule): boolean =>
  a.cron === b.cron && a.timezone === b.timezone && a.overlap === b.overlap && a.catchUp === b.catchUp
