// What the operations of this folder have in common: arguments of strangers in, values out, within bounds.

import { Kind, WippyError } from '../error.ts'

/** `target` and `args` as Lua gave them; returns the values that Lua gets. Throws TEXT_ARGUMENT and the like. */
export type TextOperation = (target: string, args: readonly unknown[]) => readonly unknown[]

const LARGEST = 16 * 1024 ** 2

export const invalid = (message: string): WippyError => new WippyError('TEXT_ARGUMENT', Kind.Invalid, message, { retryable: false })

export const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value)
  throw invalid('a text is a string')
}

/** A string of Lua as one of JavaScript; what is no UTF-8 in it becomes U+FFFD. */
export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : Buffer.from(bytesOf(value)).toString())

/** Counts the bytes of a result. */
export class Tally {
  #left = LARGEST

  /** Throws TEXT_LARGE once there are more than 16 MiB of them. */
  take<Bytes extends { readonly length: number }>(bytes: Bytes): Bytes {
    this.#left -= bytes.length
    if (this.#left >= 0) return bytes
    throw new WippyError('TEXT_LARGE', Kind.Invalid, `the result has more than ${LARGEST / 1024 ** 2} MiB`, { retryable: false })
  }
}
