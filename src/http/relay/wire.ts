// The way from the process of a connection to its client; what it says and how it ends is the wire's own.

import type { Fields } from '../../registry/entry.ts'

/** Why a connection ends. */
export type Ending = {
  /** As WebSockets number them. */
  readonly code: number
  /** Of the answer, when it has not begun. */
  readonly status: number
  readonly reason: string
}

export type Wire = {
  /** What its topics begin with. */
  readonly name: 'ws' | 'sse'
  /** Whether its client talks too, to a target that it cannot be without. */
  readonly isTwoWay: boolean
  /** Bytes that its client has not taken. */
  readonly unsentBytes: number
  /** Begins; `hello`: what the client is told first when nobody is there to talk to it yet. */
  open(hello: Fields | null): void
  /** More of what was said of the connection; `end`: ends it. */
  control(config: Fields, end: (reason: string) => void): void
  /** One value to the client. */
  say(topic: string, data: unknown): void
  /** A sign of life to the client. */
  beat(): void
  /** Ends it, once; `isTaken`: whether its client takes what it is told. */
  close(ending: Ending, isTaken: boolean): void
}

/** A value as JSON has it: bytes as base64, integers of 64 bits as near as there is a number. */
export const jsonOf = (value: unknown): string => JSON.stringify(value, plain) ?? 'null'

const plain = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : typeof value === 'bigint' ? Number(value) : value
