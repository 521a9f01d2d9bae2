// Files as answers: whole, in part, or not at all when the client has them already (RFC 9110: conditions, ranges).
//
//   F1 What a volume does not reach is not there. Names that begin with a dot are not there either, but for `.well-known`.
//   F2 The entry that shows files needs the right to their directory: one that was made at run time has no more than it was given.

import type { WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { Permit } from '../service/permit.ts'
import type { Context } from '../service/service.ts'
import type { Volume } from '../service/volume.ts'
import type { Volumes } from '../service/volumes.ts'
import type { Head } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { mediaTypeOf } from './media-type.ts'

const PIECE = 64 * 1024
const PLAIN = [304, 416]

/** A directory under a path of a server. */
export type Site = {
  readonly volume: string
  /** Instead of a directory, and of what is not there when `isApp`. */
  readonly index: string
  /** A page that finds its own way from every path below it. */
  readonly isApp: boolean
  readonly cache: string
}

type Found = { readonly path: string; readonly size: number; readonly modified: number }

type Part = { readonly from: number; readonly to: number }

const NOBODY = '' as Pid // a request is no process

const isHidden = (part: string): boolean => part === '..' || (part.startsWith('.') && part !== '.well-known')

/** The part of a file that is asked for: null for all of it, false when there is no such part. */
export const partOf = (range: string | undefined, size: number): Part | null | false => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return null
  const [, first, last] = match as unknown as [string, string, string]
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return from <= to ? { from, to } : false
}

const isFresh = (exchange: Exchange, tag: string, modified: number): boolean => {
  const tags = exchange.header('if-none-match')
  if (tags !== undefined) return tags.split(',').some((one) => one.trim() === tag || one.trim() === '*')
  const since = Date.parse(exchange.header('if-modified-since') ?? '')
  return Number.isFinite(since) && modified * 1000 <= since
}

/** Answers with a file, as its client has asked for it. */
const send = async (exchange: Exchange, volume: Volume, { path, size, modified }: Found, extra: Head['headers']): Promise<void> => {
  const tag = `W/"${size.toString(36)}-${modified.toString(36)}"`
  const part = exchange.header('if-range') === undefined ? partOf(exchange.header('range'), size) : null
  const status = isFresh(exchange, tag, modified) ? 304 : part === false ? 416 : part ? 206 : 200
  const { from, to } = part || { from: 0, to: size - 1 }
  const length = PLAIN.includes(status) ? 0 : to - from + 1
  const headers: [string, string][] = [
    ['Content-Type', mediaTypeOf(path)],
    ['Last-Modified', new Date(modified * 1000).toUTCString()],
    ['ETag', tag],
    ['Accept-Ranges', 'bytes'],
    ['X-Content-Type-Options', 'nosniff'],
  ]
  if (status === 206) headers.push(['Content-Range', `bytes ${from}-${to}/${size}`])
  if (status === 416) headers.push(['Content-Range', `bytes */${size}`])
  exchange.answer.begin({ status, headers: [...headers, ...extra] }, length)
  if (length > 0 && exchange.method !== 'HEAD') await copy(exchange, volume, path, { from, to })
  await exchange.answer.end()
}

const copy = async (exchange: Exchange, volume: Volume, path: string, { from, to }: Part): Promise<void> => {
  const file = await volume.open(path, 'r')
  try {
    await file.seek!('set', from)
    for (let left = to - from + 1; left > 0; ) {
      const bytes = await file.read!(Math.min(left, PIECE))
      if (bytes === null) return exchange.answer.cut() // it has become shorter
      left -= bytes.length
      await exchange.answer.write(bytes)
    }
  } finally {
    await file.close()
  }
}

/** A file that a handler has named; `name`: what it is saved as, when it says so. */
export type Handed = {
  readonly volume: string
  readonly context: Context
  readonly path: string
  readonly name: string
  readonly headers: Head['headers']
}

export class Files {
  readonly #volumes: Volumes
  readonly #permit: Permit

  constructor(volumes: Volumes, permit: Permit) {
    this.#volumes = volumes
    this.#permit = permit
  }

  /** Answers with what a site has at `path`. */
  async answer(exchange: Exchange, { volume, index, isApp, cache }: Site, context: Context, path: string): Promise<void> {
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
      return exchange.answer.refuse(405, 'this takes GET, HEAD', [['Allow', 'GET, HEAD']])
    const extra: Head['headers'] = cache === '' ? [] : [['Cache-Control', cache]]
    await this.#within(exchange, volume, context, async (open) => {
      const found = (await this.#find(open, path, index)) ?? (isApp ? await this.#find(open, index, '') : null)
      if (found) await send(exchange, open, found, extra)
      else exchange.answer.refuse(404, 'there is nothing here')
    })
  }

  /** Answers with a file that a handler has named. */
  async hand(exchange: Exchange, { volume, context, path, name, headers }: Handed): Promise<void> {
    const saved = name.replace(/[^\x20-\x7e]|["\\]/g, '_')
    const disposition = `attachment; filename="${saved}"; filename*=UTF-8''${encodeURIComponent(name)}`
    const extra: Head['headers'] = name === '' ? headers : [...headers, ['Content-Disposition', disposition]]
    await this.#within(exchange, volume, context, async (open) => {
      const found = await this.#find(open, path.replace(/^\/+/, ''), '')
      if (found) await send(exchange, open, found, extra)
      else exchange.answer.refuse(404, 'there is no such file')
    })
  }

  async #within(exchange: Exchange, id: string, context: Context, act: (volume: Volume) => Promise<void>): Promise<void> {
    if (!this.#permit({ pid: NOBODY, entry: exchange.endpoint, context }, 'fs.get', id))
      return exchange.answer.refuse(403, 'this is not shown')
    try {
      await act(this.#volumes.need(id))
    } catch (error) {
      if (exchange.answer.isBegun) exchange.answer.cut()
      else if ((error as WippyError).code === 'FS_NOT_FOUND') exchange.answer.refuse(503, 'there is nobody to answer this')
      else throw error
    }
  }

  async #find(volume: Volume, path: string, index: string): Promise<Found | null> {
    if (path.split('/').some(isHidden)) return null
    const at = `/${path}`
    try {
      const { is_dir, size, modified } = await volume.info(at)
      if (!is_dir) return { path: at, size, modified }
      return index === '' ? null : await this.#find(volume, `${path.replace(/\/$/, '')}/${index}`, '')
    } catch (error) {
      if ((error as WippyError).code === 'FS') return null
      throw error
    }
  }
}
