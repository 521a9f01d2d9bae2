// The node that runs an app's state folder, when there is one.

import { Client } from '../control/client.ts'
import { WippyError } from '../error.ts'
import type { Config, Entry, Version } from '../index.ts'
import { waitingFor } from './progress.ts'

/** Whom a change over the control endpoint is by, unless the command line says. */
export const OPERATOR = 'operator'

/** Talks to the node; false when none can be reached. */
export const withRunning = async ({ state }: Config, talk: (client: Client) => Promise<void>): Promise<boolean> => {
  let client: Client
  try {
    client = await Client.connect({ folder: state })
  } catch (error) {
    if (error instanceof WippyError && error.code === 'NO_NODE') return false
    throw error
  }
  try {
    await waitingFor('waiting for the node', talk(client))
    return true
  } finally {
    client.close()
  }
}

/** Every entry a node has, and the version they are. */
export const snapshotOf = async (client: Client): Promise<{ readonly version: Version; readonly entries: readonly Entry[] }> => {
  const { version, entries } = (await client.ask('registry.snapshot')) as {
    readonly version: Version
    readonly entries: readonly unknown[]
  }
  const { received } = await import('../control/sent-entry.ts')
  return { version, entries: entries.map(received) }
}
