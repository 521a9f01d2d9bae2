// The node that a command means: where it is, and talking to it. Loads nothing of oclif: who only looks must be quick.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readNote } from '../control/address.ts'
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

/** The files that may name a state folder. */
const CONFIGURATIONS = ['wippy.config.ts', 'wippy.config.js', 'wippy.config.mjs', 'wippy.config.json', '.wippy.yaml']

/**
 * The flags with the state folder that the app's configuration names, where no flag names one. It is looked for only where there is no `.wippy`: who
 * only looks must be quick.
 */
export const placed = async (flags: NodeFlags): Promise<NodeFlags> => {
  const { dir = '.', state, to } = flags
  if (state !== undefined || to !== undefined || existsSync(folderOf(flags))) return flags
  if (!CONFIGURATIONS.some((name) => existsSync(join(dir, name)))) return flags
  const { loadConfig } = await import('../config.ts')
  try {
    const { config } = await loadConfig(resolve(dir))
    return { ...flags, state: config.state }
  } catch (error) {
    if (error instanceof WippyError) return flags // no app here, or one that cannot be read: there is no node either
    throw error
  }
}

/** Where the node is that is meant. Throws CONTROL_ADDRESS. */
export const placeOf = (flags: NodeFlags): Place => {
  const { to } = flags
  if (to === undefined) return { folder: folderOf(flags) }
  const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(to) ?? []
  if (host !== '' && Number(port) < 65_536) return { host, port: Number(port), token: process.env.WIPPY_CONTROL_TOKEN ?? '' }
  throw new WippyError('CONTROL_ADDRESS', Kind.Invalid, `"${to}" is no address`, { hint: 'Write host:port.' })
}

/** The way to the node. Throws NO_NODE, NODE_UNREADY, CONTROL_DENIED. */
export const reach = (place: Place): Promise<Client> => waitingFor('waiting for the node to start or stop', Client.connect(place))

/** The way to the node that works on a state folder, or null when none does, or not for much longer. Throws NODE_UNREADY. */
export const nodeAt = async (folder: string): Promise<Client | null> => {
  if (readNote(folder)?.phase === 'stopping') return null
  try {
    return await reach({ folder })
  } catch (error) {
    if (error instanceof WippyError && error.code === 'NO_NODE') return null
    throw error
  }
}

/** Talks over a connection, and closes it. Throws what the node says. */
export const using = async <T>(client: Client, talk: (client: Client) => Promise<T>): Promise<T> => {
  try {
    return await waitingFor('waiting for the node', talk(client))
  } finally {
    client.close()
  }
}

/** Talks to the node. Throws as `reach`, and what the node says. */
export const withNode = async (flags: NodeFlags, talk: (client: Client) => Promise<void>): Promise<void> =>
  using(await reach(placeOf(await placed(flags))), talk)
