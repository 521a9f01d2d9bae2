// The host half of `compress`: gzip, deflate, zlib, brotli and zstd, on threads that others need as well (turns.ts). Stateless.
//
// What comes out is bounded: who decodes says how much it takes (`max_size`), 16 MiB when it does not.

import { randomInt } from 'node:crypto'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import type { Operation, Service } from './service.ts'
import { programBeside, Thread } from './thread.ts'
import { turns } from './turns.ts'
import { inspectDictionary } from './zstd-dictionary.ts'
import type { TrainAsk } from './zstd-worker.ts'

const MAX_SIZE = 16 * 1024 ** 2
const LARGEST = 128 * 1024 ** 2
const DICTIONARY = 112 * 1024 // bytes, when nobody says otherwise
const LARGEST_DICTIONARY = 1024 ** 2
const MOST_SAMPLES = 10_000
const LEAST_SAMPLE = 8 // bytes that one at least has
const LARGEST_SAMPLES = 4 * 1024 ** 2 // bytes together
const TRAINING_MS = 10_000
const WAITING = 100

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

const optionsOf = (value: unknown): Readonly<Record<string, unknown>> => (isFields(value) ? value : {})

/** The option that a dictionary is; none without one. */
const dictionaryOf = (name: string, dict: unknown): { readonly dictionary?: Uint8Array } => {
  if (dict === undefined) return {}
  if (name !== 'zstd') throw failed(Kind.Invalid, `${name} has no dictionaries`)
  const dictionary = dict instanceof Uint8Array ? dict : typeof dict === 'string' ? Buffer.from(dict) : null
  if (!dictionary || dictionary.length > LARGEST_DICTIONARY || !inspectDictionary(dictionary))
    throw failed(Kind.Invalid, 'this is no dictionary of zstd')
  return { dictionary }
}

const encode =
  (name: string, { levels: [least, most, usual], encode, at, pace }: Format): Operation =>
  async ({ caller, args: [data, given] }) => {
    const { level = usual, dict } = optionsOf(given)
    if (typeof level !== 'number' || !Number.isInteger(level) || level < least || level > most) {
      throw failed(Kind.Invalid, `a level of ${name} is ${least} to ${most}`)
    }
    const bytes = bytesOf(data)
    const options = { ...at(level), ...dictionaryOf(name, dict) }
    try {
      return [await turns.take(caller.pid, bytes.length / pace(level), () => encode(bytes, options))]
    } catch (cause) {
      if (cause instanceof WippyError) throw cause
      throw failed(Kind.Invalid, 'the dictionary cannot be used', cause) // nothing else can be wrong with bytes
    }
  }

const decode =
  (name: string, { decode, broken }: Format): Operation =>
  async ({ caller, args: [data, given] }) => {
    const { max_size: most = MAX_SIZE, dict } = optionsOf(given)
    if (typeof most !== 'number' || !Number.isInteger(most) || most < 1 || most > LARGEST) {
      throw failed(Kind.Invalid, `max_size is 1 to ${LARGEST} bytes`)
    }
    const bytes = bytesOf(data)
    const options = { maxOutputLength: most, ...dictionaryOf(name, dict) }
    const ms = Math.min(bytes.length * MOST_TIMES, most) / UNPACKED
    try {
      return [await turns.take(caller.pid, ms, () => decode(bytes, options))]
    } catch (cause) {
      if (cause instanceof WippyError) throw cause
      if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw failed(Kind.Internal, `what comes out has more than max_size, ${most} bytes`, cause)
      }
      throw failed(broken, `this is no ${name}`, cause)
    }
  }

const tooMuch = (): WippyError => failed(Kind.Timeout, `that takes more than ${TRAINING_MS / 1000} s, or too much memory`)

const samplesIn = (value: unknown): Uint8Array[] => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_SAMPLES)
    throw failed(Kind.Invalid, `samples are a list of 1 to ${MOST_SAMPLES}`)
  const samples = value.map(bytesOf)
  if (!samples.some(({ length }) => length >= LEAST_SAMPLE)) throw failed(Kind.Invalid, `one sample at least has ${LEAST_SAMPLE} bytes`)
  const bytes = samples.reduce((sum, { length }) => sum + length, 0)
  if (bytes > LARGEST_SAMPLES) throw failed(Kind.Invalid, `samples have at most ${LARGEST_SAMPLES} bytes together`)
  return samples
}

const numberIn = (options: Readonly<Record<string, unknown>>, name: string, least: number, most: number): number | null => {
  const { [name]: value } = options
  if (value === undefined) return null
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value)
  throw failed(Kind.Invalid, `${name} is ${least} to ${most}`)
}

const training = (): Operation => {
  const program = programBeside(import.meta.url, 'zstd-worker')
  const thread = new Thread<TrainAsk, Uint8Array>({ program, patienceMs: TRAINING_MS, waiting: WAITING, tooMuch })
  return async ({ caller, args: [given, said] }) => {
    const options = optionsOf(said)
    const samples = samplesIn(given)
    const size = numberIn(options, 'size', 256, LARGEST_DICTIONARY) ?? DICTIONARY
    const id = numberIn(options, 'id', 0, 0xffff_ffff) || randomInt(0x8000, 0x7fff_ffff) // others are kept for who registers them
    numberIn(options, 'level', 1, 22)
    return [await thread.do({ samples, size, id }, caller.pid)]
  }
}

const inspect: Operation = ({ args: [dict] }) => {
  const found = inspectDictionary(bytesOf(dict))
  if (found) return [{ id: found.id, content_size: found.contentSize }]
  throw failed(Kind.Invalid, 'this is no dictionary of zstd')
}

export const compressService = (): Service => ({
  name: 'compress',
  operations: {
    ...Object.fromEntries(
      Object.entries(FORMATS).flatMap(([name, format]) => [
        [`compress.${name}.encode`, encode(name, format)],
        [`compress.${name}.decode`, decode(name, format)],
      ]),
    ),
    'compress.zstd.train_dict': training(),
    'compress.zstd.inspect_dict': inspect,
  },
})
