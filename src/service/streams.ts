// The host half of `stream`: bytes that come and go piece by piece, whatever they are of: a request, an answer, a file.
//
//   S1 A stream is of one process, and known to it alone; what it leaves open is closed when it ends.
//   S2 A process has at most 256 of them.
//   S3 What is asked of one is done one thing after another, in the order of asking. Closing waits for nothing.

import { Kind, WippyError } from '../error.ts'
import type { Call, Caller, Operation, Service } from './service.ts'

/** Where bytes come from or go to. */
export type ByteStream = {
  /** At least one byte and at most `most`; null at the end. */
  read?(most: number): Promise<Uint8Array | null>
  write?(bytes: Uint8Array): Promise<void>
  /** The new position from the start. */
  seek?(whence: Whence, offset: number): Promise<number>
  flush?(): Promise<void>
  /** Bytes in all (-1: not known) and the position. */
  stat(): { readonly size: number; readonly position: number } | Promise<{ readonly size: number; readonly position: number }>
  close(): Promise<void>
}

export type Whence = 'set' | 'cur' | 'end'

const MOST_OPEN = 256
const MOST_BYTES = 1024 * 1024 // of one read
const READ = 32 * 1024

const fault = (kind: Kind, message: string): WippyError => new WippyError('STREAM', kind, message, { retryable: false })

export class Streams {
  readonly #streams = new WeakMap<Caller, Map<number, ByteStream>>()
  readonly #report: (error: unknown) => void
  #last = 0

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Gives a process a stream; the number it is known by. Throws STREAM_TOO_MANY. */
  open(caller: Caller, stream: ByteStream): number {
    const own = this.#streams.get(caller) ?? this.#begin(caller)
    if (own.size >= MOST_OPEN) {
      void stream.close().catch(this.#report)
      throw new WippyError('STREAM_TOO_MANY', Kind.RateLimited, `a process has at most ${MOST_OPEN} open streams`, { retryable: false })
    }
    own.set(++this.#last, inTurn(stream))
    return this.#last
  }

  /** The stream behind a number. Throws STREAM. */
  of(caller: Caller, number: unknown): ByteStream {
    const stream = this.#streams.get(caller)?.get(number as number)
    if (stream) return stream
    throw fault(Kind.Internal, 'the stream is closed')
  }

  /** Closes one; true also when it was closed before. */
  async close(caller: Caller, number: unknown): Promise<void> {
    const own = this.#streams.get(caller)
    const stream = own?.get(number as number)
    own?.delete(number as number)
    await stream?.close()
  }

  #begin(caller: Caller): Map<number, ByteStream> {
    const own = new Map<number, ByteStream>()
    this.#streams.set(caller, own)
    caller.onEnd(() => {
      this.#streams.delete(caller) // what is opened for it after its end begins anew, and is closed at once
      for (const stream of own.values()) void stream.close().catch(this.#report)
      own.clear()
    })
    return own
  }
}

/** A stream that does one thing at a time. */
const inTurn = (stream: ByteStream): ByteStream => {
  let last: Promise<unknown> = Promise.resolve()
  const turned = <Args extends unknown[], T>(act: ((...args: Args) => Promise<T>) | undefined) =>
    act &&
    ((...args: Args): Promise<T> => {
      const done = last.then(() => act.apply(stream, args))
      last = done.catch(() => {})
      return done
    })
  const [read, write, seek, flush] = [turned(stream.read), turned(stream.write), turned(stream.seek), turned(stream.flush)]
  const { stat, close } = stream
  return {
    ...(read && { read }),
    ...(write && { write }),
    ...(seek && { seek }),
    ...(flush && { flush }),
    stat: stat.bind(stream),
    close: close.bind(stream),
  }
}

/** Bytes that come by themselves, as a stream: read on demand, and no faster. `done` is called when it is closed. */
export const readingStream = (source: AsyncIterable<Uint8Array>, size = -1, done: () => void = () => {}): ByteStream => {
  const chunks = source[Symbol.asyncIterator]()
  let left: Uint8Array = new Uint8Array(0)
  let position = 0
  return {
    async read(most) {
      while (left.length === 0) {
        const { value, done: isOver } = await chunks.next()
        if (isOver) return null
        left = value
      }
      const bytes = left.subarray(0, most)
      left = left.subarray(bytes.length)
      position += bytes.length
      return bytes
    },
    stat: () => ({ size, position }),
    async close() {
      await chunks.return?.()
      done()
    },
  }
}

const can = <K extends 'read' | 'write' | 'seek' | 'flush'>(stream: ByteStream, what: K): NonNullable<ByteStream[K]> => {
  const method = stream[what]
  if (method === undefined) throw fault(Kind.Internal, `this stream is not for ${what === 'read' ? 'reading' : `${what}ing`}`)
  return method
}

export const streamService = (streams: Streams): Service => {
  const of = ({ caller, args }: Call): ByteStream => streams.of(caller, args[0])

  const read: Operation = async (call) => {
    const size = Number(call.args[1]) || READ
    return [await can(of(call), 'read')(Math.min(size, MOST_BYTES))]
  }

  const write: Operation = async (call) => {
    const bytes = call.args[1]
    if (!(bytes instanceof Uint8Array) && typeof bytes !== 'string') throw fault(Kind.Invalid, 'only text can be written')
    const written = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    await can(of(call), 'write')(written)
    return [written.length]
  }

  const seek: Operation = async (call) => {
    const [, whence, offset] = call.args
    if (whence !== 'set' && whence !== 'cur' && whence !== 'end') throw fault(Kind.Invalid, 'whence is set, cur or end')
    if (!Number.isSafeInteger(offset)) throw fault(Kind.Invalid, 'an offset is a whole number')
    return [await can(of(call), 'seek')(whence, offset as number)]
  }

  const stat: Operation = async (call) => {
    const stream = of(call)
    const { size, position } = await stream.stat()
    const { read, write, seek } = stream
    return [{ size, position, readable: read !== undefined, writable: write !== undefined, seekable: seek !== undefined }]
  }

  return {
    name: 'stream',
    operations: {
      'stream.read': read,
      'stream.write': write,
      'stream.seek': seek,
      'stream.stat': stat,
      'stream.flush': async (call) => {
        await of(call).flush?.()
        return [true]
      },
      'stream.close': async ({ caller, args }) => {
        await streams.close(caller, args[0])
        return [true]
      },
    },
  }
}
