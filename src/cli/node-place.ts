// The node that a command means: where it is, and talking to it. Loads nothing of oclif: who only looks must be quick.

import { join, resolve } from 'node:path'
import { Client, type Place } from '../control/client.ts'
import { Kind, WippyError } from '../error.ts'
import { waitingFor } from './progress.ts'

export type NodeFlags = {
  readonly dir?: string | undefined
  readonly state?: string | undefined
  readonly to?: string | undefined
  readonly json?: boolean | undefined
}

/** The state folder of the node that is meant. */
export const folderOf = ({ dir = '.', state }: NodeFlags): string => (state === undefined ? join(resolve(dir), '.wippy') : resolve(state))

/** Where the node is that is meant. Throws CONTROL_ADDRESS. */
export const placeOf = (flags: NodeFlags): Place => {
  const { to } = flags
  if (to === undefined) return { folder: folderOf(flags) }
  const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(to) ?? []
  if (host !== '') return { host, port: Number(port), token: process.env.WIPPY_CONTROL_TOKEN ?? '' }
  throw new WippyError('CONTROL_ADDRESS', Kind.Invalid, `"${to}" is no address`, { hint: 'Write host:port.' })
}

/** Talks to the node. Throws NO_NODE, and what the node says. */
export const withNode = async (flags: NodeFlags, talk: (client: Client) => Promise<void>): Promise<void> => {
  const client = await Client.connect(placeOf(flags))
  try {
    await waitingFor('waiting for the node', talk(client))
  } finally {
    client.close()
  }
}
