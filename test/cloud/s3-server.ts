// A bucket of S3 in memory, which refuses what is not signed as it must be: signatures are made anew by `aws4`, another implementation.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import aws4 from 'aws4'

const ACCOUNT = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const REGION = 'eu-central-1'
const KEPT = /^(?:content-type|cache-control|content-disposition|content-encoding|x-amz-meta-.+)$/

type Version = {
  readonly id: string
  readonly etag: string
  readonly body: Buffer
  readonly headers: Record<string, string>
  readonly at: Date
}

type Asked = {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

const xml = (text: string): string => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
const hashOf = (body: Buffer, algorithm: string): Buffer => createHash(algorithm).update(body).digest()

export class S3Server {
  /** What was asked, in order: `PUT a.txt?partNumber`. */
  readonly asked: string[] = []
  /** Answers so many requests with 503 before it works. */
  isBusy = 0
  /** Takes an answer instead of it. */
  hold: ((response: ServerResponse) => void) | null = null
  readonly #versions = new Map<string, Version[]>() // the newest first
  readonly #uploads = new Map<string, { key: string; headers: Record<string, string>; parts: Map<number, Buffer> }>()
  #last = 0
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => this.#answer(request, Buffer.concat(chunks), response))
  })

  static async open(): Promise<S3Server> {
    const server = new S3Server()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Uploads that were begun, and neither completed nor given up. */
  get openUploads(): number {
    return this.#uploads.size
  }

  /** Bytes of an object as they are now. */
  bytes(key: string): Buffer | undefined {
    return this.#versions.get(key)?.[0]?.body
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    try {
      const url = new URL(request.url ?? '/', this.endpoint)
      const [, bucket, ...parts] = url.pathname.split('/')
      const asked: Asked = {
        method: request.method ?? '',
        key: decodeURIComponent(parts.join('/')),
        query: url.searchParams,
        headers: request.headers,
        body,
      }
      this.asked.push(
        `${asked.method} ${asked.key}${[...asked.query.keys()]
          .filter((name) => !name.startsWith('X-Amz'))
          .map((name) => `?${name}`)
          .join('')}`,
      )
      this.#check(request, url, body)
      if (this.hold) return void this.hold(response)
      if (this.isBusy-- > 0) throw new Refused(503, 'SlowDown')
      if (bucket !== 'shelf') throw new Refused(404, 'NoSuchBucket')
      this.#work(asked, response)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      response.writeHead(error.status, { 'content-type': 'application/xml' })
      response.end(
        request.method === 'HEAD' || error.status === 304 ? '' : `<Error><Code>${error.code}</Code><Message>no &amp; no</Message></Error>`,
      )
    }
  }

  /** Signs the request again, with what it says it has signed, and compares. */
  #check({ method = '', headers }: IncomingMessage, url: URL, body: Buffer): void {
    const isQuery = url.searchParams.has('X-Amz-Signature')
    const said = isQuery
      ? url.searchParams.get('X-Amz-SignedHeaders')!
      : (/SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '')
    const signed = Object.fromEntries(said.split(';').map((name) => [name, String(headers[name] ?? '')]))
    const path = url.pathname + url.search.replace(/[?&]X-Amz-Signature=[0-9a-f]+/, '')
    const again = aws4.sign({ host: url.host, method, path, headers: signed, service: 's3', region: REGION, signQuery: isQuery }, ACCOUNT)
    const isSame = isQuery
      ? new URL(again.path, url).searchParams.get('X-Amz-Signature') === url.searchParams.get('X-Amz-Signature')
      : again.headers.Authorization === headers.authorization
    if (!isSame) throw new Refused(403, 'SignatureDoesNotMatch')
    if (!isQuery && headers['x-amz-content-sha256'] !== hashOf(body, 'sha256').toString('hex'))
      throw new Refused(400, 'XAmzContentSHA256Mismatch')
  }

  #work(asked: Asked, response: ServerResponse): void {
    const { method, key, query } = asked
    if (key === '' && method === 'GET') return void response.end(query.has('versions') ? this.#listVersions(query) : this.#list(query))
    if (key === '' && query.has('delete')) return void response.end(this.#delete(asked))
    if (query.has('uploads')) return void response.end(this.#begin(asked))
    const id = query.get('uploadId')
    if (id !== null) return void this.#onUpload(id, asked, response)
    if (method === 'PUT') return void this.#put(asked, asked.body, asked.headers, response)
    this.#get(asked, response)
  }

  #conditions({ key, headers }: Asked): void {
    const now = this.#versions.get(key)?.[0]?.etag
    const { 'if-match': match, 'if-none-match': none } = headers
    if (match !== undefined && match !== now) throw new Refused(412, 'PreconditionFailed')
    if (none !== undefined && (none === '*' ? now !== undefined : none === now)) throw new Refused(412, 'PreconditionFailed')
  }

  #put(asked: Asked, body: Buffer, headers: IncomingMessage['headers'] | Record<string, string>, response: ServerResponse): void {
    this.#conditions(asked)
    const kept = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (KEPT.test(name) ? [[name, String(value)]] : [])))
    const version = { id: `v${++this.#last}`, etag: `"${hashOf(body, 'md5').toString('hex')}"`, body, headers: kept, at: new Date() }
    this.#versions.set(asked.key, [version, ...(this.#versions.get(asked.key) ?? [])])
    response.setHeader('ETag', version.etag)
    response.end('<Done></Done>')
  }

  #get(asked: Asked, response: ServerResponse): void {
    const version = this.#versions.get(asked.key)?.[0]
    if (!version) throw new Refused(404, 'NoSuchKey')
    if (asked.headers['if-none-match'] === version.etag) throw new Refused(304, '')
    this.#conditions({ ...asked, headers: { 'if-match': asked.headers['if-match'] } })
    const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(asked.headers.range ?? '') ?? []
    const end = to ? Number(to) + 1 : undefined
    const body =
      from === undefined ? version.body : from === '' ? version.body.subarray(-Number(to)) : version.body.subarray(Number(from), end)
    response.writeHead(from === undefined ? 200 : 206, {
      ...version.headers,
      etag: version.etag,
      'content-length': body.length,
      'last-modified': version.at.toUTCString(),
      'x-amz-version-id': version.id,
      'x-amz-storage-class': 'STANDARD',
    })
    response.end(asked.method === 'HEAD' ? undefined : body)
  }

  /** Keys from where a page begins, and whether there are more behind it. */
  #page(query: URLSearchParams, after: string): readonly [keys: string[], isTruncated: boolean] {
    const keys = [...this.#versions.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort()
    const most = Number(query.get('max-keys') ?? 1000)
    return [keys.slice(0, most), keys.length > most]
  }

  #describe(key: string, { etag, body, at }: Version, more = ''): string {
    return `<Key>${xml(encodeURIComponent(key))}</Key><Size>${body.length}</Size><ETag>${xml(etag)}</ETag><StorageClass>STANDARD</StorageClass><LastModified>${at.toISOString()}</LastModified>${more}`
  }

  #list(query: URLSearchParams): string {
    const token = query.get('continuation-token')
    const [keys, isTruncated] = this.#page(query, token === null ? '' : Buffer.from(token, 'base64').toString())
    const owner = query.has('fetch-owner') ? '<Owner><ID>me</ID><DisplayName>Me &amp; I</DisplayName></Owner>' : ''
    const objects = keys.map((key) => `<Contents>${this.#describe(key, this.#versions.get(key)![0]!, owner)}</Contents>`)
    const next = isTruncated ? `<NextContinuationToken>${Buffer.from(keys.at(-1)!).toString('base64')}</NextContinuationToken>` : ''
    return `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${objects.join('')}</ListBucketResult>`
  }

  #listVersions(query: URLSearchParams): string {
    const [keys, isTruncated] = this.#page(query, query.get('key-marker') ?? '')
    const versions = keys.flatMap((key) =>
      this.#versions.get(key)!.map((one) => `<Version>${this.#describe(key, one, `<VersionId>${one.id}</VersionId>`)}</Version>`),
    )
    const next = isTruncated ? `<NextKeyMarker>${xml(encodeURIComponent(keys.at(-1)!))}</NextKeyMarker>` : ''
    return `<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${versions.join('')}<DeleteMarker><Key>gone</Key></DeleteMarker></ListVersionsResult>`
  }

  #delete({ headers, body }: Asked): string {
    if (headers['content-md5'] !== hashOf(body, 'md5').toString('base64')) throw new Refused(400, 'BadDigest')
    const decode = (text: string): string =>
      text.replace(/&(?:#(\d+)|amp|lt|gt|quot|apos);/g, (entity, code) =>
        code
          ? String.fromCharCode(Number(code))
          : { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" }[entity as string]!,
      )
    const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/gs)].map(([, key]) => decode(key!))
    const errors = keys
      .filter((key) => key.startsWith('locked/'))
      .map((key) => `<Error><Key>${xml(key)}</Key><Code>AccessDenied</Code></Error>`)
    for (const key of keys) if (!key.startsWith('locked/')) this.#versions.delete(key)
    return `<DeleteResult>${errors.join('')}</DeleteResult>`
  }

  #begin({ key, headers }: Asked): string {
    const id = `u${++this.#last}`
    this.#uploads.set(id, { key, headers: headers as Record<string, string>, parts: new Map() })
    return `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`
  }

  #onUpload(id: string, asked: Asked, response: ServerResponse): void {
    const upload = this.#uploads.get(id)
    if (!upload) throw new Refused(404, 'NoSuchUpload')
    if (asked.method === 'PUT') {
      upload.parts.set(Number(asked.query.get('partNumber')), asked.body)
      response.setHeader('ETag', `"${hashOf(asked.body, 'md5').toString('hex')}"`)
      return void response.end()
    }
    this.#uploads.delete(id)
    if (asked.method === 'DELETE') return void response.writeHead(204).end()
    const wanted = [...asked.body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>&quot;([0-9a-f]+)&quot;<\/ETag>/g)]
    const parts = wanted.map(([, number, tag]) => {
      const part = upload.parts.get(Number(number))
      if (!part || hashOf(part, 'md5').toString('hex') !== tag) throw new Refused(400, 'InvalidPart')
      return part
    })
    this.#put(asked, Buffer.concat(parts), upload.headers, response)
  }
}

/** Entries that name such a bucket as `app:shelf`. */
export const bucketEntries = (endpoint: string, more: Readonly<Record<string, unknown>> = {}) => ({
  account: { kind: 'config.aws', region: REGION, access_key_id: ACCOUNT.accessKeyId, secret_access_key: ACCOUNT.secretAccessKey },
  shelf: { kind: 'cloudstorage.s3', bucket: 'shelf', config: 'app:account', endpoint, ...more },
})
