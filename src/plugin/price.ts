// What the world costs a plugin: work that is done for it outside of its own code, in the fuel that pays for that.
//
// A unit is what a turn of a loop takes, about a nanosecond; these are rounded up, so that whoever only asks is no better off than who computes.

/** Takes fuel. Throws when there is no more: then nothing is done. */
export type Charge = (units: number) => void

/** Any call of the host, and every use of a handle. */
export const CALL = 500
/** A question to the node: it is answered on the kernel's thread. */
export const ASK = 10_000
/** What has a name in a directory: looked for, opened, made, removed. */
export const PLACE = 10_000
/** One name of a directory that is listed. */
export const NAME = 500
/** Reading or writing once, beside its bytes. */
export const TRANSFER = 2_000
/** Until what was written is on the disk. */
export const SYNC = 1_000_000

/** Bytes that are read, or printed, or made by chance. */
export const bytesRead = (length: number): number => Math.ceil(length / 8)
/** Bytes that are written: they are kept. */
export const bytesWritten = (length: number): number => length
