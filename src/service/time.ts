// The host half of `time`: timers and time zones.
//
// A timer belongs to the process that asked for it and to its tag. A ticker's first answer says that it runs, each later one is a tick; a tick
// that the mailbox refuses is lost.
//
//   T1 A process has at most `limit` timers, sleeps included.
//   T2 When it ends, none of its timers is left.
//   T3 Every ask for a timer is answered once, also when it is stopped, unless its process has ended.
//   T4 Of what is due at the same time, only so much fires between two turns of everybody else.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import { Due } from './due.ts'
import type { Call, Service } from './service.ts'
import { isZoneName, localZoneName, type Zone, zoneTable } from './zone.ts'

const LONGEST_MS = 2 ** 31 - 1 // of one timer of the clock; longer waits are several

type Cancel = () => void
type Timer = { cancel: Cancel; readonly stopped?: () => void }
type Timers = Map<number, Timer>

/** Timers by `clock`, at most `limit` per process. */
export const timeService = (clock: Clock, limit = 10_000): Service => {
  const processes = new Map<Pid, Timers>()
  const due = new Due()
  const zones = new Map<string, Promise<Zone>>() // no more than there are zones

  const timersOf = ({ caller }: Call): Timers => {
    let timers = processes.get(caller.pid)
    if (!timers) {
      timers = new Map()
      processes.set(caller.pid, timers)
      const mine = timers
      caller.onEnd(() => {
        processes.delete(caller.pid)
        for (const { cancel } of mine.values()) cancel()
        mine.clear()
        due.forget(mine)
      })
    }
    return timers
  }

  // Room for one more timer under this call's tag (T1).
  const roomFor = (call: Call): Timers => {
    const timers = timersOf(call)
    if (timers.has(call.tag)) throw new WippyError('TIME_TAG_TAKEN', Kind.Invalid, 'this tag has a timer already', { retryable: false })
    if (timers.size >= limit) {
      throw new WippyError('TIME_TOO_MANY_TIMERS', Kind.RateLimited, `a process has at most ${limit} timers`, { retryable: true })
    }
    return timers
  }

  const once = (call: Call): readonly unknown[] | Promise<readonly unknown[]> => {
    const ms = milliseconds(call)
    if (ms <= 0) return [true]
    const timers = roomFor(call)
    return new Promise((resolve) => {
      const fire = (): void => {
        if (timers.get(call.tag) !== timer) return
        timers.delete(call.tag)
        resolve([true])
      }
      const timer: Timer = { cancel: wait(clock, ms, () => due.add(timers, fire)), stopped: () => resolve([false]) }
      timers.set(call.tag, timer)
    })
  }

  const ticker = (call: Call): readonly unknown[] => {
    const ms = Math.max(1, milliseconds(call))
    const timers = roomFor(call)
    let next = clock.nowMs() + ms
    const timer: Timer = { cancel: () => {} }
    const tick = (): void => {
      if (timers.get(call.tag) !== timer) return
      const now = clock.nowMs()
      next = next + ms > now ? next + ms : now + ms // ticks that were missed are not made up for
      arm()
      call.caller.push(call.tag, [true])
    }
    const arm = (): void => {
      timer.cancel = wait(clock, Math.max(1, next - clock.nowMs()), () => due.add(timers, tick))
    }
    arm()
    timers.set(call.tag, timer)
    return [false]
  }

  const stop = (call: Call): readonly unknown[] => {
    const timers = processes.get(call.caller.pid)
    const tag = Number(call.args[0])
    const timer = timers?.get(tag)
    timers?.delete(tag)
    timer?.cancel()
    timer?.stopped?.()
    return [timer !== undefined]
  }

  const zone = async ({ target }: Call): Promise<readonly unknown[]> => {
    if (target !== '' && !isZoneName(target)) {
      throw new WippyError('TIME_ZONE_UNKNOWN', Kind.NotFound, `unknown time zone ${target.slice(0, 64)}`, { retryable: false })
    }
    const name = target || localZoneName()
    const key = name.toLowerCase()
    let table = zones.get(key)
    if (!table) {
      table = zoneTable(name)
      zones.set(key, table)
    }
    const { packed, abbreviations } = await table
    return [packed, abbreviations]
  }

  return {
    name: 'time',
    operations: { 'time.sleep': once, 'time.after': once, 'time.ticker': ticker, 'time.stop': stop, 'time.zone': zone },
  }
}

// The first argument, nanoseconds, as whole milliseconds: never less than was asked for.
const milliseconds = ({ args: [nanoseconds] }: Call): number => {
  if ((typeof nanoseconds !== 'number' && typeof nanoseconds !== 'bigint') || Number.isNaN(nanoseconds)) {
    throw new WippyError('TIME_BAD_DURATION', Kind.Invalid, 'a duration is a number of nanoseconds', { retryable: false })
  }
  return Math.ceil(Number(nanoseconds) / 1e6)
}

const wait = (clock: Clock, ms: number, fire: () => void): Cancel => {
  let left = ms
  let cancel: Cancel
  const arm = () => {
    const part = Math.min(left, LONGEST_MS)
    left -= part
    cancel = clock.setTimer(part, () => (left > 0 ? arm() : fire()))
  }
  arm()
  return () => cancel()
}
