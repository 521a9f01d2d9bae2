// The host half of `compress`: gzip, deflate, zlib, brotli and zstd, on threads that others need as well (turns.ts). Stateless.
//
// What comes out is bounded: who decodes says how much it takes (`max_size`), 16 MiB when it does not.

import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import type { Operation, Service } from './service.ts'
import { turns } from './turns.ts'

const MAX_SIZE = 16 * 1024 ** 2
const LARGEST = 128 * 1024 ** 2

type Transform = (bytes: Uint8Array, options: object) => Promise<Buffer>

type Format = {
  readonly levels: readonly [least: number, most: number, usual: number]
  readonly encode: Transform
  readonly decode: Transform
  /** The options that a level is. */
  readonly at: (level: number) => object
  /** Bytes that it takes in a millisecond, where that is hard. */
  readonly pace: (level: number) => number
  /** What it is when bytes are not of this format. */
  readonly broken: Kind
}

const UNPACKED = 200_000 // bytes that come out in a millisecond
const MOST_TIMES = 1000 // what comes out is at most so much larger, as a rule

const { BROTLI_PARAM_QUALITY, ZSTD_c_compressionLevel } = zlib.constants
const deflating = (encode: unknown, decode: unknown): Format => ({
  levels: [1, 9, 6],
  encode: promisify(encode as never) as unknown as Transform,
  decode: promisify(decode as never) as unknown as Transform,
  at: (level) => ({ level }),
  pace: (level) => (level > 6 ? 5_000 : 30_000),
  broken: Kind.Invalid,
})

const FORMATS: Readonly<Record<string, Format>> = {
  gzip: deflating(zlib.gzip, zlib.gunzip),
  deflate: deflating(zlib.deflateRaw, zlib.inflateRaw),
  zlib: deflating(zlib.deflate, zlib.inflate),
  brotli: {
    levels: [0, 11, 6],
    encode: promisify(zlib.brotliCompress) as Transform,
    decode: promisify(zlib.brotliDecompress) as Transform,
    at: (level) => ({ params: { [BROTLI_PARAM_QUALITY]: level } }),
    pace: (level) => (level > 9 ? 500 : level > 6 ? 10_000 : 30_000),
    broken: Kind.Invalid,
  },
  zstd: {
    levels: [1, 22, 3],
    encode: promisify(zlib.zstdCompress) as Transform,
    decode: promisify(zlib.zstdDecompress) as Transform,
    at: (level) => ({ params: { [ZSTD_c_compressionLevel]: level } }),
    pace: (level) => (level > 12 ? 2_000 : 30_000),
    broken: Kind.Internal,
  },
}

const failed = (kind: Kind, message: string, cause?: unknown): WippyError =>
  new WippyError('COMPRESS', kind, message, { retryable: false, cause })

const bytesOf = (value: unknown): Uint8Array => {
  const bytes = value instanceof Uint8Array ? value : typeof value === 'string' ? Buffer.from(value) : null
  if (bytes === null) throw failed(Kind.Invalid, 'data is text')
  if (bytes.length === 0) throw failed(Kind.Invalid, 'data is empty')
  return bytes
}

const optionsOf = (value: unknown): Readonly<Record<string, unknown>> => {
  const options = isFields(value) ? value : {}
  if (options.dict !== undefined) throw failed(Kind.Unavailable, 'dictionaries are not there')
  return options
}

const encode =
  (name: string, { levels: [least, most, usual], encode, at, pace }: Format): Operation =>
  async ({ caller, args: [data, given] }) => {
    const { level = usual } = optionsOf(given)
    if (typeof level !== 'number' || !Number.isInteger(level) || level < least || level > most) {
      throw failed(Kind.Invalid, `a level of ${name} is ${least} to ${most}`)
    }
    const bytes = bytesOf(data)
    return [await turns.take(caller.pid, bytes.length / pace(level), () => encode(bytes, at(level)))]
  }

const decode =
  (name: string, { decode, broken }: Format): Operation =>
  async ({ caller, args: [data, given] }) => {
    const { max_size: most = MAX_SIZE } = optionsOf(given)
    if (typeof most !== 'number' || !Number.isInteger(most) || most < 1 || most > LARGEST) {
      throw failed(Kind.Invalid, `max_size is 1 to ${LARGEST} bytes`)
    }
    const bytes = bytesOf(data)
    const ms = Math.min(bytes.length * MOST_TIMES, most) / UNPACKED
    try {
      return [await turns.take(caller.pid, ms, () => decode(bytes, { maxOutputLength: most }))]
    } catch (cause) {
      if (cause instanceof WippyError) throw cause
      if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw failed(Kind.Internal, `what comes out has more than max_size, ${most} bytes`, cause)
      }
      throw failed(broken, `this is no ${name}`, cause)
    }
  }

export const compressService = (): Service => ({
  name: 'compress',
  operations: Object.fromEntries(
    Object.entries(FORMATS).flatMap(([name, format]) => [
      [`compress.${name}.encode`, encode(name, format)],
      [`compress.${name}.decode`, decode(name, format)],
    ]),
  ),
})
