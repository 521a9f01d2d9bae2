// Where messages to durable processes go: they are written down before anybody hears that they arrived. The workflow layer gives one;
// without it there are no such processes.

import type { Pid } from '../pid.ts'
import type { Process } from './process.ts'

/** Bytes are the receiver's to keep. */
export interface Post {
  /** Whether a pid is that of a durable process, whether it is loaded or not. Only asked where no ordinary process has that pid. */
  owns(pid: Pid): boolean
  /** A message from a process. Answers `tag`, unless it is 0, with `Delivery.reply` or `fail`, once the message is durable. */
  send(from: Process, to: Pid, topic: Uint8Array, payload: Uint8Array, tag: number): void
  /** A message from the host's side; resolves once it is durable. Rejects with what a sender would be answered. */
  message(from: Pid | '', to: Pid, topic: Uint8Array, payload: Uint8Array): Promise<void>
  cancel(from: Pid | '', to: Pid, reason: Uint8Array): Promise<void>
}
