// A directory that is held while something is done in it, so that what was looked at is what is used, whoever exchanges what lies on the way.
// That takes Linux and its /proc; elsewhere there is a moment between the look and the deed.

import { constants, existsSync, readlinkSync } from 'node:fs'
import { basename, dirname, sep } from 'node:path'

const PROC = '/proc/self/fd'
const O_PATH = 0o10000000 // Linux's, which Node has no name for: what may not be listed may be held all the same
const { O_NOFOLLOW = 0, O_DIRECTORY = 0 } = constants

/** Whether directories can be held here. Where they cannot, their paths are the ways into them. */
export const canHold = process.platform === 'linux' && existsSync(PROC)

/** The flags that a directory is opened with to be held. */
export const TO_HOLD = O_PATH | O_DIRECTORY | O_NOFOLLOW

/** Whether a real path is a root, or lies in it. */
export const liesIn = (root: string, real: string): boolean => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)

/** A way into the directory that is held by `fd`, which cannot be led elsewhere; null when it does not lie in `root`. Throws as the system does. */
export const wayInto = (fd: number, root: string): string | null => {
  const way = `${PROC}/${fd}`
  return liesIn(root, readlinkSync(way)) ? way : null
}

/** The directory to hold for what is done at a place in `root`, and the place's name in it. */
export const holderOf = (place: string, root: string): readonly [directory: string, name: string] =>
  place === root ? [root, '.'] : [dirname(place), basename(place)]
