// Where pids of other nodes lead. The cluster gives one; without it they are nobody's.

import type { Pid } from '../pid.ts'
import type { Process } from './process.ts'

/** Bytes are the receiver's to keep. */
export interface Abroad {
  /** A message to another node. Answers `tag`, unless it is 0, with `Delivery.reply`: `TRUE` or a failure. */
  message(from: Process, to: Pid, topic: Uint8Array, payload: Uint8Array, tag: number): void
  /** `from`, which `to` watches or is linked to, has ended. */
  ended(topic: 'pid.exit' | 'pid.link.down', to: Pid, from: Pid, ok: boolean, payload: Uint8Array): void
}
