// `compress`: answers of text as gzip, for clients that take it.
//
//   compress.level: fastest, default, best      compress.min.length: 1024 bytes, of answers whose length is known

import { promisify } from 'node:util'
import { constants, createGzip, type Gzip, gzip } from 'node:zlib'
import type { EntrySettings } from '../../service/settings.ts'
import type { Encoder, Head } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { Step } from '../middleware.ts'

const LEVELS: Readonly<Record<string, number>> = { fastest: 1, default: 6, best: 9 }
const TEXTUAL = /^(?:text\/|application\/(?:[\w.+-]*[+])?(?:json|xml|javascript|x-ndjson|wasm)|image\/svg)/i

const gzipAll = promisify<Uint8Array, { level: number }, Buffer>(gzip)

/** gzip, piece by piece: each is flushed, so that a client has what was written. */
class GzipEncoder implements Encoder {
  readonly #level: number
  #stream: Gzip | null = null
  #out: Buffer[] = []

  constructor(level: number) {
    this.#level = level
  }

  all(bytes: Uint8Array): Promise<Uint8Array> {
    return gzipAll(bytes, { level: this.#level })
  }

  some(bytes: Uint8Array): Promise<Uint8Array> {
    const stream = this.#open()
    return this.#after((done) => {
      stream.write(bytes)
      stream.flush(constants.Z_SYNC_FLUSH, done)
    })
  }

  last(): Promise<Uint8Array> {
    const stream = this.#open()
    return this.#after((done) => {
      stream.once('end', done)
      stream.end()
    })
  }

  #open(): Gzip {
    this.#stream ??= createGzip({ level: this.#level }).on('data', (chunk: Buffer) => this.#out.push(chunk))
    return this.#stream
  }

  #after(act: (done: () => void) => void): Promise<Uint8Array> {
    return new Promise((resolve) => {
      act(() => {
        const bytes = Buffer.concat(this.#out)
        this.#out = []
        resolve(bytes)
      })
    })
  }
}

const valueIn = ({ headers }: Head, name: string): string | undefined => headers.find(([key]) => key.toLowerCase() === name)?.[1]

/** Whether a client takes gzip: named, and not with a weight of 0. */
const takesGzip = (accept: string | undefined): boolean =>
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i.test(accept ?? '')

export const compress = (options: EntrySettings): Step => {
  const name = options.text('compress.level', 'default')
  const level = Object.hasOwn(LEVELS, name) ? LEVELS[name]! : null
  if (level === null) throw options.refuse('compress.level', `is not ${Object.keys(LEVELS).join(', ')}`)
  const least = options.count('compress.min.length', 1024)

  const encoderFor = (exchange: Exchange, head: Head): Encoder | null => {
    if (head.status === 204 || head.status === 304 || exchange.method === 'HEAD') return null
    if (!TEXTUAL.test(valueIn(head, 'content-type') ?? '') || valueIn(head, 'content-encoding') !== undefined) return null
    exchange.answer.addVary('Accept-Encoding')
    const length = valueIn(head, 'content-length')
    if ((length !== undefined && Number(length) < least) || !takesGzip(exchange.header('accept-encoding'))) return null
    exchange.answer.setHeader('Content-Encoding', 'gzip')
    return new GzipEncoder(level)
  }

  return (exchange) => {
    exchange.answer.encoding = (head) => encoderFor(exchange, head)
  }
}
