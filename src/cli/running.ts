// The node that runs an app's state folder, when there is one.

import type { Client } from '../control/client.ts'
import type { Config, Entry, Version } from '../index.ts'
import { changing } from './changing.ts'
import { nodeAt, using } from './node-place.ts'
import { waitingFor } from './progress.ts'

/** Whom a change over the control endpoint is by, unless the command line says. */
export const OPERATOR = 'operator'

/** Talks to the node; false when none runs. Throws NODE_UNREADY, and what the node says. */
export const withRunning = async ({ state }: Config, talk: (client: Client) => Promise<void>): Promise<boolean> => {
  const client = await nodeAt(state)
  if (client) await using(client, talk)
  return client !== null
}

/** The same thing, on a node and without one. */
export type Ways<T> = {
  readonly talk: (client: Client) => Promise<T>
  readonly alone: () => Promise<T>
}

/**
 * Does something on the node that runs with a state folder, else alone: then no node starts before it is done. Throws NODE_UNREADY, SEAT_TAKEN when
 * another command does not end, and what is thrown on either way.
 */
export const onNodeOrAlone = async <T>(state: string, { talk, alone }: Ways<T>): Promise<T> => {
  const { waitForSeat } = await import('../control/seat.ts')
  for (;;) {
    const client = await nodeAt(state)
    if (client) return await using(client, talk)
    const seat = await waitingFor('waiting for another command', waitForSeat(state, 'command'))
    if (seat === null) continue // a node has just begun
    try {
      return await waitingFor('working on what is stored', alone())
    } finally {
      seat.leave()
    }
  }
}

/** The same for what changes something: see `changing`. */
export const changeOnNodeOrAlone = <T>(state: string, { talk, alone }: Ways<T>): Promise<T> =>
  changing((begin) =>
    onNodeOrAlone(state, {
      talk: (client) => {
        begin()
        return talk(client)
      },
      alone: () => {
        begin()
        return alone()
      },
    }),
  )

/** Every entry a node has, and the version they are. */
export const snapshotOf = async (client: Client): Promise<{ readonly version: Version; readonly entries: readonly Entry[] }> => {
  const { version, entries } = (await client.ask('registry.snapshot')) as {
    readonly version: Version
    readonly entries: readonly unknown[]
  }
  const { received } = await import('../control/sent-entry.ts')
  return { version, entries: entries.map(received) }
}
