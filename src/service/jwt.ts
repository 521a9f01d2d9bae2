// JSON Web Tokens: claims, signed. HS256, HS384, HS512 with a secret, RS256 with a key in PEM form.

import { createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual, verify } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'

const HMACS: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

const invalid = (message: string): WippyError => new WippyError('JWT_INVALID', Kind.Invalid, message, { retryable: false })
const refused = (message: string): WippyError => new WippyError('JWT_REFUSED', Kind.Internal, message, { retryable: false })

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (isFields(value)) return value
  } catch {
    // said below
  }
  throw refused('this is no token')
}

const known = (algorithm: unknown): string => {
  if (algorithm === 'RS256' || (typeof algorithm === 'string' && Object.hasOwn(HMACS, algorithm))) return algorithm
  throw invalid(`the algorithm is ${Object.keys(HMACS).join(', ')} or RS256`)
}

/** A key in PEM form; what cannot be read as one is the caller's mistake. */
const pem = <T>(read: () => T): T => {
  try {
    return read()
  } catch {
    throw invalid('the key of RS256 is no key in PEM form')
  }
}

const hmac = (algorithm: string, text: string, key: Buffer): Buffer => createHmac(HMACS[algorithm]!, key).update(text).digest()

/** Claims as a token; their `_header` goes to the header. Throws JWT_INVALID. */
export const encodeToken = (claims: unknown, key: Buffer, wanted: unknown): string => {
  const algorithm = known(wanted)
  if (!isFields(claims)) throw invalid('claims are a table')
  const { _header: header, ...rest } = claims
  const text = `${part({ typ: 'JWT', ...(isFields(header) ? header : {}), alg: algorithm })}.${part(rest)}`
  const signature =
    algorithm === 'RS256'
      ? sign(
          'sha256',
          Buffer.from(text),
          pem(() => createPrivateKey(key)),
        )
      : hmac(algorithm, text, key)
  return `${text}.${signature.toString('base64url')}`
}

/** The claims of a token that is signed and not over. Throws JWT_REFUSED, JWT_INVALID. */
export const decodeToken = (
  token: string,
  key: Buffer,
  wanted: unknown,
  { needsExpiry, nowMs }: { readonly needsExpiry: boolean; readonly nowMs: number },
): Readonly<Record<string, unknown>> => {
  const algorithm = known(wanted)
  const [header, body, signature, ...more] = token.split('.')
  if (header === undefined || body === undefined || signature === undefined || more.length > 0) throw refused('this is no token')
  if (parsed(header).alg !== algorithm) throw refused(`the token is not signed with ${algorithm}`)
  const text = `${header}.${body}`
  const given = Buffer.from(signature, 'base64url')
  const isSigned =
    algorithm === 'RS256'
      ? verify(
          'sha256',
          Buffer.from(text),
          pem(() => createPublicKey(key)),
          given,
        )
      : isSame(given, hmac(algorithm, text, key))
  if (!isSigned) throw refused('the signature does not fit')
  const claims = parsed(body)
  const now = nowMs / 1000
  if (typeof claims.exp !== 'number' && (needsExpiry || claims.exp !== undefined)) throw refused('the token has no expiry (exp)')
  if (typeof claims.exp === 'number' && claims.exp <= now) throw refused('the token has expired')
  if (typeof claims.nbf === 'number' && claims.nbf > now) throw refused('the token is not valid yet')
  return claims
}

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
