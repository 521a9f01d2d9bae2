// The host half of `crypto`: random values, encryption that notices changes, keys from passwords, signed tokens. Stateless.
//
//   Y1 What is encrypted begins with a nonce of its own and ends with the tag; what was changed in between, or was encrypted with other
//      additional data, is not decrypted.
//   Y2 A token is verified with the algorithm that the caller names, whatever its header says.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  getRandomValues,
  pbkdf2,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { decodeToken, encodeToken } from './jwt.ts'
import type { Call, Service } from './service.ts'
import { turns } from './turns.ts'

const NONCE = 12
const TAG = 16
const MOST_RANDOM = 1024 * 1024
const CHANCES = 16_384 // at once
const MOST_ITERATIONS = 10_000_000
const MOST_KEY = 1024
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

type Cipher = 'aes-128-gcm' // stands for all of them: they are used alike
const CIPHERS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  aes: { 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' },
  chacha20: { 32: 'chacha20-poly1305' },
}

const derive = promisify(pbkdf2)
const invalid = (message: string): WippyError => new WippyError('CRYPTO_INVALID', Kind.Invalid, message, { retryable: false })

const bytes = (value: unknown, what: string): Buffer => {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return Buffer.from(value)
  throw invalid(`${what} is a text`)
}

const some = (value: unknown, what: string): Buffer => {
  const found = bytes(value, what)
  if (found.length > 0) return found
  throw invalid(`${what} is empty`)
}

const count = (value: unknown, most: number, what: string): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most) return value
  throw invalid(`${what} is a whole number from 1 to ${most}`)
}

const cipherOf = (name: string, key: Buffer): Cipher => {
  const ciphers = Object.hasOwn(CIPHERS, name) ? CIPHERS[name]! : {}
  const cipher = ciphers[key.length]
  if (cipher !== undefined) return cipher as Cipher
  throw invalid(`a key of ${name} has ${Object.keys(ciphers).join(', ')} bytes, this one has ${key.length}`)
}

const encrypt = ({ target, args: [data, secret, aad] }: Call): Uint8Array => {
  const key = bytes(secret, 'key')
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(cipherOf(target, key), key, nonce, { authTagLength: TAG })
  if (aad !== undefined && aad !== null) cipher.setAAD(bytes(aad, 'additional data'), { plaintextLength: bytes(data, 'data').length })
  return new Uint8Array(Buffer.concat([nonce, cipher.update(bytes(data, 'data')), cipher.final(), cipher.getAuthTag()]))
}

const decrypt = ({ target, args: [data, secret, aad] }: Call): Uint8Array => {
  const key = bytes(secret, 'key')
  const all = bytes(data, 'data')
  const cipher = cipherOf(target, key)
  if (all.length < NONCE + TAG) throw invalid('data is too short to have been encrypted here')
  const decipher = createDecipheriv(cipher, key, all.subarray(0, NONCE), { authTagLength: TAG })
  const body = all.subarray(NONCE, -TAG)
  decipher.setAuthTag(all.subarray(-TAG))
  if (aad !== undefined && aad !== null) decipher.setAAD(bytes(aad, 'additional data'), { plaintextLength: body.length })
  try {
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
  } catch {
    throw new WippyError('CRYPTO_DECRYPT', Kind.Internal, 'decryption failed: another key, other data, or it was changed', {
      retryable: false,
    })
  }
}

/** So many whole numbers below `bound`, each as likely as another: what would favour the first ones is thrown away. */
const chances = (length: number, bound: number): Uint32Array => {
  const most = Math.floor(2 ** 32 / bound) * bound
  const found = new Uint32Array(length)
  for (let at = 0; at < length; ) {
    for (const chance of getRandomValues(new Uint32Array(Math.min(length - at, CHANCES)))) if (chance < most) found[at++] = chance % bound
  }
  return found
}

const randomText = ([length, charset]: readonly unknown[]): string => {
  const letters = charset === undefined || charset === null ? LETTERS : charset
  if (typeof letters !== 'string' || letters === '') throw invalid('the charset is empty')
  return Array.from(chances(count(length, MOST_RANDOM, 'length'), letters.length), (at) => letters[at]).join('')
}

const BLOCKS_PER_MS = 2000 // of a digest

const keyOf = async ({ caller, args: [password, salt, iterations, length, hash] }: Call): Promise<Uint8Array> => {
  const digest = hash ?? 'sha256'
  if (digest !== 'sha256' && digest !== 'sha512') throw invalid('the hash is sha256 or sha512')
  const rounds = count(iterations, MOST_ITERATIONS, 'iterations')
  const bytes = count(length, MOST_KEY, 'key length')
  const [secret, grain] = [some(password, 'password'), some(salt, 'salt')]
  const ms = (rounds * Math.ceil(bytes / (digest === 'sha256' ? 32 : 64))) / BLOCKS_PER_MS
  return new Uint8Array(await turns.take(caller.pid, ms, () => derive(secret, grain, rounds, bytes, digest)))
}

export const cryptoService = (clock: Clock): Service => ({
  name: 'crypto',
  operations: {
    'crypto.random_bytes': ({ args }) => [new Uint8Array(randomBytes(count(args[0], MOST_RANDOM, 'length')))],
    'crypto.random_string': ({ args }) => [randomText(args)],
    'crypto.random_uuid': () => [randomUUID()],
    'crypto.hmac': ({ target, args: [key, data] }) => {
      if (target !== 'sha256' && target !== 'sha512') throw invalid('the hash is sha256 or sha512')
      return [createHmac(target, some(key, 'key')).update(bytes(data, 'data')).digest('hex')]
    },
    'crypto.encrypt': (call) => [encrypt(call)],
    'crypto.decrypt': (call) => [decrypt(call)],
    'crypto.pbkdf2': async (call) => [await keyOf(call)],
    'crypto.compare': ({ args: [a, b] }) => {
      const [x, y] = [bytes(a, 'a'), bytes(b, 'b')]
      return [x.length === y.length && timingSafeEqual(x, y)]
    },
    'crypto.jwt_encode': ({ args: [claims, key, algorithm] }) => [encodeToken(claims, some(key, 'key'), algorithm ?? 'HS256')],
    'crypto.jwt_verify': ({ args: [token, key, algorithm, needsExpiry] }) => [
      decodeToken(String(token), some(key, 'key'), algorithm ?? 'HS256', { needsExpiry: needsExpiry !== false, nowMs: clock.nowMs() }),
    ],
  },
})
