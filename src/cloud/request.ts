// Requests to a bucket: signed with Signature Version 4 (by aws4fetch), and tried again when the storage is at fault.
//
//   R1 A body is signed with its hash: what arrives is what was sent.
//   R2 A key is in its bucket: one that an address would read as a path to elsewhere is refused.
//   R3 What may be repeated is tried three times, each time later. A request with a condition is not: its first try may have changed what the
//      condition asks.

import { createHash } from 'node:crypto'
import { Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { AwsV4Signer } from 'aws4fetch'
import type { Clock } from '../clock.ts'
import { canceled, failed, faultOf, invalid, late, mayPass } from './fault.ts'

const ATTEMPTS = 3
const PAUSE_MS = 200
const MOST_TEXT = 8 * 1024 ** 2 // bytes of an answer that is read at once
const LONGEST_KEY = 1024 // bytes, as S3 has it

export type Account = {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type Place = {
  /** Of the bucket, without a slash at its end. */
  readonly url: string
  readonly account: Account
  /** How long an answer, or more of it, is waited for. */
  readonly patienceMs: number
  readonly clock: Clock
}

export type BucketRequest = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Empty: the bucket itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly isConditional?: boolean
}

/** Aborted when nobody wants it, or when nothing came for long; `touch` begins to count anew, `rest` stops counting. */
export type Patience = { readonly signal: AbortSignal; touch(): void; rest(): void }

const patienceFor = ({ clock, patienceMs }: Place, signal: AbortSignal): Patience => {
  const controller = new AbortController()
  let rest = (): void => {}
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    touch: () => {
      rest()
      rest = clock.setTimer(patienceMs, () => controller.abort(late(patienceMs)))
    },
    rest: () => rest(),
  }
}

/** Where an object is. Throws CLOUDSTORAGE_ARGUMENT. */
export const addressOf = ({ url }: Place, key: string, query: Readonly<Record<string, string>> = {}): URL => {
  if (Buffer.byteLength(key) > LONGEST_KEY) throw invalid(`a key has at most ${LONGEST_KEY} bytes`)
  if (key.split('/').some((part) => part === '.' || part === '..')) throw invalid('a key has no parts "." or ".."')
  const address = new URL(`${url}/${key.split('/').map(encodeURIComponent).join('/')}`)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  return address
}

/** An answer that has begun, and what waits for more of it. */
export type Begun = { readonly answer: IncomingMessage; readonly patience: Patience }

/** Not `fetch`: that unpacks what objects hold, when they are said to be packed. */
const agents = { 'http:': new Agent({ keepAlive: true }), 'https:': new SecureAgent({ keepAlive: true }) }

const exchanged = (
  url: URL,
  method: string,
  headers: Headers,
  body: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...Object.fromEntries(headers), ...(body && { 'content-length': body.length }) },
      agent: agents[url.protocol as keyof typeof agents],
      signal,
    }
    const request = url.protocol === 'https:' ? secureRequest(url, options) : plainRequest(url, options)
    request.once('response', resolve)
    request.once('error', reject)
    request.end(body)
  })

/** An answer, and what waits for more of it. Throws what the storage refuses, and what fails. */
export const send = async (place: Place, request: BucketRequest, signal: AbortSignal): Promise<Begun> => {
  for (let attempt = 1; ; attempt++) {
    const patience = patienceFor(place, signal)
    try {
      return { answer: await once(place, request, patience), patience }
    } catch (error) {
      patience.rest()
      if (signal.aborted) throw canceled()
      if (attempt >= ATTEMPTS || request.isConditional || !mayPass(error)) throw error
      await pause(place.clock, PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2), signal)
    }
  }
}

/** The whole of an answer as text. */
export const textOf = async ({ answer, patience }: Begun): Promise<string> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MOST_TEXT) throw failed(`the storage answers with more than ${MOST_TEXT} bytes`, false)
      chunks.push(chunk)
      patience.touch()
    }
    return Buffer.concat(chunks).toString()
  } catch (error) {
    throw told(error, patience.signal)
  } finally {
    patience.rest()
  }
}

/** What an error of a request is to who asked. */
export const told = (error: unknown, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason instanceof Error && 'code' in signal.reason ? signal.reason : canceled()
  if (error instanceof Error && 'kind' in error) return error
  const { message, code } = error as NodeJS.ErrnoException
  return failed(`the storage cannot be reached: ${message || code}`, true, error)
}

const once = async (place: Place, request: BucketRequest, patience: Patience): Promise<IncomingMessage> => {
  const { method, key, query, headers, body } = request
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex')
  const signer = new AwsV4Signer({
    ...place.account,
    service: 's3',
    method,
    url: addressOf(place, key, query).href,
    headers: { ...headers, 'x-amz-content-sha256': hash },
  })
  const signed = await signer.sign()
  signed.url.search = signer.encodedSearch // as it was signed: spaces are no pluses
  patience.touch()
  try {
    const answer = await exchanged(signed.url, method, signed.headers, body, patience.signal)
    const { statusCode: status = 0 } = answer
    if (status >= 200 && status < 300) return answer
    throw faultOf(status, key, await textOf({ answer, patience }))
  } catch (error) {
    throw told(error, patience.signal)
  }
}

const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      forget()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const forget = clock.setTimer(ms, done)
    signal.addEventListener('abort', done)
  })
