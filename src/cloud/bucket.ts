// A bucket of S3, or of what speaks like it: objects by their keys.
//
//   B1 What comes as a stream is sent in parts of 8 MiB, one after another; an upload that fails leaves no parts behind.
//   B2 An object that is read goes to who reads it piece by piece, no faster than it is taken.

import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { conflict, failed } from './fault.ts'
import { type Listing, listingOf, versionsOf } from './listing.ts'
import { addressOf, type BucketRequest, type Place, send, textOf, told } from './request.ts'
import { childrenOf, elementsOf, escaped, textsOf } from './xml.ts'

const PART = 8 * 1024 ** 2 // bytes
const MOST_DELETED = 1000 // in one request, as S3 has it

export type ListOptions = {
  readonly prefix: string
  /** 0: as many as the storage likes, at most 1000. */
  readonly limit: number
  readonly after: string
  readonly withOwner: boolean
  readonly withVersions: boolean
}

export type Conditions = {
  /** ETag that an object must have; empty: any. */
  readonly ifMatch: string
  /** ETag that it must not have, `*`: that it must not be there; empty: any. */
  readonly ifNoneMatch: string
}

/** Bytes piece by piece, of any size; null at the end. */
export type Source = { readonly read: (most: number) => Promise<Uint8Array | null> }

export type PresignOptions = {
  readonly method: 'GET' | 'PUT'
  readonly seconds: number
  /** Sent by who uses it, as they are. */
  readonly headers: Readonly<Record<string, string>>
}

type Headers = Readonly<Record<string, string>>

const conditionsOf = ({ ifMatch, ifNoneMatch }: Conditions): Headers => ({
  ...(ifMatch !== '' && { 'if-match': ifMatch }),
  ...(ifNoneMatch !== '' && { 'if-none-match': ifNoneMatch }),
})

export class Bucket {
  readonly #place: Place
  readonly #signal: AbortSignal

  /** `signal`: raised when nobody wants what is under way any more. */
  constructor(place: Place, signal: AbortSignal) {
    this.#place = place
    this.#signal = signal
  }

  async list({ prefix, limit, after, withOwner, withVersions }: ListOptions): Promise<Listing> {
    const common = { prefix, 'encoding-type': 'url', ...(limit > 0 && { 'max-keys': String(limit) }) }
    if (withVersions) {
      const markers = Object.fromEntries(new URLSearchParams(after))
      return versionsOf(await this.#text({ method: 'GET', key: '', query: { ...common, versions: '', ...markers } }), withOwner)
    }
    const token = after === '' ? {} : { 'continuation-token': after }
    const owner = withOwner ? { 'fetch-owner': 'true' } : {}
    return listingOf(await this.#text({ method: 'GET', key: '', query: { ...common, 'list-type': '2', ...token, ...owner } }), withOwner)
  }

  /** The headers of an object, names in lower case. */
  async head(key: string): Promise<Headers> {
    const begun = await this.#send({ method: 'HEAD', key })
    await textOf(begun)
    return Object.fromEntries(Object.entries(begun.answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]))
  }

  /** Reads an object, or a `range` of it; `write` takes each piece. */
  async get(key: string, range: string, conditions: Conditions, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const headers = { ...conditionsOf(conditions), ...(range !== '' && { range }) }
    const { answer, patience } = await this.#send({ method: 'GET', key, headers })
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        patience.rest()
        await write(chunk)
        patience.touch()
      }
    } catch (error) {
      throw told(error, patience.signal)
    } finally {
      patience.rest()
    }
  }

  /** Writes an object, whole or not at all. */
  async put(key: string, body: Uint8Array, headers: Headers, conditions: Conditions): Promise<void> {
    const sent = conditionsOf(conditions)
    await this.#text({ method: 'PUT', key, body, headers: { ...headers, ...sent }, isConditional: Object.keys(sent).length > 0 })
  }

  /** The same from a source: what is longer than a part goes in several. */
  async putAll(key: string, source: Source, headers: Headers, conditions: Conditions): Promise<void> {
    const first = await partOf(source)
    if (first.length < PART) return this.put(key, first, headers, conditions)
    const begun = await this.#text({ method: 'POST', key, query: { uploads: '' }, headers })
    const { UploadId: id = '' } = textsOf(elementsOf(begun, 'InitiateMultipartUploadResult'))
    try {
      const tags: string[] = []
      for (let part = first; part.length > 0; part = part.length < PART ? new Uint8Array(0) : await partOf(source)) {
        tags.push(await this.#putPart(key, id, tags.length + 1, part))
      }
      await this.#complete(key, id, tags, conditions)
    } catch (error) {
      await this.#text({ method: 'DELETE', key, query: { uploadId: id } }, AbortSignal.timeout(this.#place.patienceMs)).catch(() => {}) // what failed first is told
      throw error
    }
  }

  /** Deletes objects, also those that are not there. All are tried; throws when some are left. */
  async delete(keys: readonly string[]): Promise<void> {
    const left: string[] = []
    for (let at = 0; at < keys.length; at += MOST_DELETED) {
      const objects = keys.slice(at, at + MOST_DELETED).map((key) => `<Object><Key>${escaped(key)}</Key></Object>`)
      const body = Buffer.from(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects.join('')}</Delete>`)
      const headers = { 'content-type': 'application/xml', 'content-md5': createHash('md5').update(body).digest('base64') }
      const answer = await this.#text({ method: 'POST', key: '', query: { delete: '' }, headers, body })
      for (const element of elementsOf(answer, 'DeleteResult')) {
        const { Key: key = '', Code: code = '' } = textsOf(childrenOf(element))
        if (element.name === 'Error') left.push(`${key}: ${code}`)
      }
    }
    if (left.length > 0) throw failed(`${left.length} objects are left: ${left.slice(0, 5).join(', ')}`, true)
  }

  /** An address with which anybody may do this one thing, until it expires. */
  async presign(key: string, { method, seconds, headers }: PresignOptions): Promise<string> {
    const url = addressOf(this.#place, key, { 'X-Amz-Expires': String(seconds) })
    const signer = new AwsV4Signer({
      ...this.#place.account,
      service: 's3',
      method,
      url: url.href,
      headers,
      signQuery: true,
      allHeaders: true,
    })
    return (await signer.sign()).url.href
  }

  #send(request: BucketRequest, signal = this.#signal): ReturnType<typeof send> {
    return send(this.#place, request, signal)
  }

  async #text(request: BucketRequest, signal = this.#signal): Promise<string> {
    return textOf(await this.#send(request, signal))
  }

  /** The tag of a part. */
  async #putPart(key: string, id: string, number: number, body: Uint8Array): Promise<string> {
    const begun = await this.#send({ method: 'PUT', key, body, query: { partNumber: String(number), uploadId: id } })
    await textOf(begun)
    return begun.answer.headers.etag ?? ''
  }

  /** Storages answer 200 before they know, and tell in the body that it has failed. */
  async #complete(key: string, id: string, tags: readonly string[], conditions: Conditions): Promise<void> {
    const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`)
    const body = Buffer.from(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
    )
    const headers = { 'content-type': 'application/xml', ...conditionsOf(conditions) }
    const answer = await this.#text({ method: 'POST', key, query: { uploadId: id }, headers, body, isConditional: true })
    if (!answer.includes('<Error>')) return
    const { Code: code = '', Message: message = '' } = textsOf(elementsOf(answer, 'Error'))
    throw code === 'PreconditionFailed' ? conflict() : failed(`the upload was not completed: ${code} ${message}`, true)
  }
}

/** As many bytes as a part has; fewer at the end. */
const partOf = async (source: Source): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  while (bytes < PART) {
    const chunk = await source.read(Math.min(PART - bytes, 1024 ** 2))
    if (chunk === null) break
    chunks.push(chunk)
    bytes += chunk.length
  }
  return Buffer.concat(chunks)
}
