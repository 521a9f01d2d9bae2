// Somebody who exchanges a directory for a link at the moment when a way through it has been looked at.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Does `work`; after the first look at a real path that has `part` in it, `exchange`. Resolves to what it throws, or null. */
export const exchangedMeanwhile = async (part: string, exchange: () => void, work: () => unknown): Promise<unknown> => {
  const { realpathSync, promises } = fs
  const { realpath } = promises
  let isDone = false
  const looked = (path: string): void => {
    if (isDone || !path.includes(part)) return
    isDone = true
    exchange()
  }
  fs.realpathSync = ((path: string) => {
    const real = realpathSync(path)
    looked(path)
    return real
  }) as typeof realpathSync
  promises.realpath = (async (path: string) => {
    const real = await realpath(path)
    looked(path)
    return real
  }) as typeof realpath
  syncBuiltinESMExports()
  const thrown = await (async () => work())().then(
    () => null,
    (error: unknown) => error,
  )
  fs.realpathSync = realpathSync
  promises.realpath = realpath
  syncBuiltinESMExports()
  if (!isDone) throw new Error(`nothing with "${part}" in it was looked at`)
  return thrown
}
