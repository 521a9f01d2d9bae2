// The host half of the Lua module `activity`: what a function knows of the workflow that calls it.

import { Kind, WippyError } from '../error.ts'
import { decodeAll } from '../msgpack.ts'
import type { Activities, Activity } from './activities.ts'
import type { Call, Service } from './service.ts'

const MOST_BYTES = 64 * 1024 // of the details of a heartbeat

export const activityService = (activities: Activities): Service => {
  const activityOf = ({ caller, op }: Call): Activity => {
    const activity = activities.of(caller.pid)
    if (activity) return activity
    throw new WippyError('ACTIVITY_NONE', Kind.Invalid, `${op} is only possible in a function that a workflow calls`, { retryable: false })
  }

  return {
    name: 'activity',
    operations: {
      'activity.heartbeat': (call) => {
        const { attempt } = activityOf(call)
        if (call.raw.length > MOST_BYTES) {
          const message = `the details of a heartbeat have at most ${MOST_BYTES} bytes, these have ${call.raw.length}`
          throw new WippyError('ACTIVITY_DETAILS', Kind.Invalid, message, { retryable: false })
        }
        attempt.beat(call.raw)
        return [true]
      },
      'activity.details': (call) => {
        const { details } = activityOf(call).attempt
        return details === null ? [] : decodeAll(details)
      },
      'activity.info': (call) => {
        const { attempt, run, key } = activityOf(call)
        return [{ attempt: attempt.number, idempotency_key: key, workflow_id: run.id, workflow_type: run.card.entry }]
      },
    },
  }
}
