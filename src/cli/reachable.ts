// Makes the node of a run reachable for other commands.

import type { Seat } from '../control/seat.ts'
import { Kind, WippyError } from '../error.ts'
import type { Config, Node } from '../index.ts'
import { waitingFor } from './progress.ts'
import { refusalOf } from './refusal.ts'

const LASTING_MS = 1_000 // what is over before that needs nobody to look at it, and starts faster

const NO_SEAT: Seat = { is: () => {}, leave: () => {} }

/**
 * Takes the seat of an app's state folder before its node starts, so that commands wait for it and start none beside it; `command` is what others are
 * told of it. Null when another node has it. Where the folder cannot be written the app runs all the same, and `reachable` says why it is not. Throws
 * SEAT_TAKEN, and STATE_UNREADABLE when what is stored there is somebody else's.
 */
export const seatFor = async ({ state }: Config, command: string): Promise<Seat | null> => {
  const { waitForSeat } = await import('../control/seat.ts')
  try {
    return await waitingFor('waiting for who works on the state of the app', waitForSeat(state, 'starting', command))
  } catch (error) {
    if (error instanceof WippyError && (error.code === 'SEAT_TAKEN' || error.kind === Kind.PermissionDenied)) throw error
    return NO_SEAT
  }
}

/** What a command of an app is told that runs beside the node which has the state of the app. */
export const besideText = async ({ state }: Config): Promise<string> => {
  const { nameOf } = await import('../control/seat.ts')
  const { readNote } = await import('../control/address.ts')
  return `${nameOf(readNote(state))} runs here: this runs beside it, with processes and services of its own, and may not change what is stored.`
}

/** The same for a node that must be the only one there. Throws STATE_OWNED when another one has the seat, and SEAT_TAKEN. */
export const onlySeatFor = async (config: Config, command: string): Promise<Seat> => {
  const seat = await seatFor(config, command)
  if (seat !== null) return seat
  const { ownedBy } = await import('../control/seat.ts')
  throw ownedBy(config.state)
}

/**
 * Opens the control endpoint: now, or when the run turns out to last. What prevents it is logged: the app runs all the same. The returned
 * function closes it.
 */
export const reachable = (node: Node, seat: Seat | null, now: boolean): (() => Promise<void>) => {
  const { listen, token } = node.config.control
  const open = async () => {
    try {
      const { openControl } = await import('../control/server.ts')
      return await openControl(node, {
        folder: node.config.state,
        seat: seat === NO_SEAT ? null : seat,
        tcp: listen && { ...listen, token },
      })
    } catch (error) {
      seat?.leave()
      const { message, hint } =
        error instanceof WippyError ? error : (refusalOf(error as Error, node.config.state) ?? (error as WippyError))
      node.parts.log.record('warn', 'control', `no command can reach this node: ${message}`, hint ? { hint } : {})
      return null
    }
  }
  let opening: ReturnType<typeof open> | null = now ? open() : null
  const timer = setTimeout(() => {
    opening ??= open()
  }, LASTING_MS)
  timer.unref()
  return async () => {
    clearTimeout(timer)
    await (await opening)?.close()
  }
}
