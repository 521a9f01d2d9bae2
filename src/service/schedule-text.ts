// Schedules as people write them.
//
//   0 3 * * *     CRON_TZ=Europe/Berlin 0 3 * * *     @hourly     @every 5m

import { parseDuration } from '../registry/units.ts'
import { invalidSchedule, nextTime, type Schedule } from '../workflow/schedule.ts'

const SHORTEST_MS = 1000
const EVERY = '@every '
const ZONE = /^(?:CRON_)?TZ=(\S+)\s+/

const zoned = (written: Schedule): Schedule => {
  const [head, zone] = ZONE.exec(written.cron) ?? []
  return head === undefined ? written : { ...written, cron: written.cron.slice(head.length), timezone: zone! }
}

/** What a text says; it may name its time zone itself. Throws SCHEDULE_INVALID, DURATION_INVALID. */
export const scheduleOf = (written: Schedule): Schedule => {
  const schedule = zoned(written)
  const { cron } = schedule
  if (cron.startsWith(EVERY)) {
    const ms = parseDuration(cron.slice(EVERY.length))
    if (ms < SHORTEST_MS) throw invalidSchedule(cron, 'it is more often than once a second')
    return { ...schedule, cron: `${EVERY}${ms}` }
  }
  if (nextTime(schedule, 0) === null) throw invalidSchedule(cron, 'there is no such time')
  return schedule
}
