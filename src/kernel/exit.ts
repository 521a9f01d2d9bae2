// How a process ended, as data. Anything but `ok` is abnormal and travels along links.

import type { WippyError } from '../error.ts'

export type Exit = {
  readonly ok: boolean
  /** msgpack `[value, error]`, as watchers get it. */
  readonly payload: Uint8Array
  /** The reason when it was not the process's own: terminated, a fault, a linked process. */
  readonly error: WippyError | null
}
