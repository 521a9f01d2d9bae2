// The host half of `hash`: digests and HMACs of exactly the bytes the process gave. Stateless.

import { createHash, createHmac } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import type { Service } from './service.ts'

const ALGORITHMS: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha256', 'sha512'])

export const hashService = (): Service => ({
  name: 'hash',
  operations: {
    'hash.digest': ({ target, args: [data, raw] }) => {
      return [written(createHash(algorithm(target)).update(bytes(data, 'data')).digest(), raw)]
    },
    'hash.hmac': ({ target, args: [data, secret, raw] }) => {
      return [written(createHmac(algorithm(target), bytes(secret, 'secret')).update(bytes(data, 'data')).digest(), raw)]
    },
  },
})

const invalid = (message: string): WippyError => new WippyError('HASH_BAD_INPUT', Kind.Invalid, message, { retryable: false })

const algorithm = (name: string): string => {
  if (!ALGORITHMS.has(name)) throw invalid(`no such hash: ${name}`)
  return name
}

const bytes = (value: unknown, name: string): string | Uint8Array => {
  if (typeof value === 'string' || value instanceof Uint8Array) return value
  throw invalid(`${name} must be a string`)
}

const written = (digest: Buffer, raw: unknown): string | Uint8Array => (raw === true ? new Uint8Array(digest) : digest.toString('hex'))
