import { generateKeyPairSync } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { WippyError } from '../../src/error.ts'
import { cryptoService } from '../../src/service/crypto.ts'
import { plain, withApp } from '../support/app.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'

const test = suite('crypto')

let nowMs = 1_000_000
const clock: Clock = { ...systemClock, nowMs: () => nowMs }
const service = cryptoService(clock)
const caller = fakeCaller()

const call = async (op: string, target: string, ...args: readonly unknown[]): Promise<unknown> =>
  (await values(ask(service, caller, `crypto.${op}`, target, args)))[0]
const failure = async (op: string, target: string, ...args: readonly unknown[]): Promise<WippyError> => {
  try {
    await call(op, target, ...args)
  } catch (error) {
    return error as WippyError
  }
  throw new Error('it did not fail')
}
const hex = (value: unknown): string => Buffer.from(value as Uint8Array).toString('hex')

test('digests and derived keys are those of the standards', async () => {
  // RFC 4231, test case 2
  assert.is(
    await call('hmac', 'sha256', 'Jefe', 'what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
  assert.is(hex(await call('pbkdf2', '', 'password', 'salt', 1, 32)), '120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b')
  assert.is(hex(await call('pbkdf2', '', 'password', 'salt', 2, 32)), 'ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43')
  for (const [op, target, ...args] of [
    ['hmac', 'sha256', '', 'x'],
    ['hmac', 'md5', 'k', 'x'],
    ['pbkdf2', '', '', 'salt', 1, 32],
    ['pbkdf2', '', 'pw', 'salt', 0, 32],
    ['pbkdf2', '', 'pw', 'salt', 10_000_001, 32],
    ['pbkdf2', '', 'pw', 'salt', 1, 32, 'md5'],
    ['random_bytes', '', 0],
    ['random_bytes', '', 1024 * 1024 + 1],
    ['random_string', '', 5, ''],
  ] as const) {
    assert.is((await failure(op, target, ...args)).kind, 'Invalid', `${op} ${args.join()}`)
  }
})

for (const [name, length] of [
  ['aes', 16],
  ['aes', 24],
  ['aes', 32],
  ['chacha20', 32],
] as const) {
  test(`${name} with ${length} bytes: what comes back is what went in, or an error`, async () => {
    const key = 'k'.repeat(length)
    const data = Uint8Array.of(0, 255, 7)
    const sealed = (await call('encrypt', name, data, key, 'aad')) as Uint8Array
    assert.is(sealed.length, 12 + 3 + 16)
    assert.is.not(hex(sealed), hex(await call('encrypt', name, data, key, 'aad')))
    assert.is(hex(await call('decrypt', name, sealed, key, 'aad')), '00ff07')
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice()
      changed[at]! ^= 1
      assert.is((await failure('decrypt', name, changed, key, 'aad')).kind, 'Internal', `byte ${at}`)
    }
    assert.is((await failure('decrypt', name, sealed, key, 'other')).kind, 'Internal')
    assert.is((await failure('decrypt', name, sealed, key)).kind, 'Internal')
    assert.is((await failure('decrypt', name, sealed.slice(0, 20), key)).kind, 'Invalid')
    assert.is((await failure('encrypt', name, data, 'short')).kind, 'Invalid')
  })
}

test('tokens are what they were signed as, for as long as they last', async () => {
  const claims = { sub: 'u', exp: nowMs / 1000 + 10, _header: { kid: 'k1', alg: 'none' } }
  const token = (await call('jwt_encode', '', claims, 'secret')) as string
  assert.equal(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()), { typ: 'JWT', kid: 'k1', alg: 'HS256' })
  assert.equal(plain(await call('jwt_verify', '', token, 'secret')), { sub: 'u', exp: claims.exp })
  assert.match((await failure('jwt_verify', '', token, 'other')).message, /signature/)
  assert.match((await failure('jwt_verify', '', token, 'secret', 'HS512')).message, /not signed with HS512/)
  assert.match((await failure('jwt_verify', '', `${token}.x`, 'secret')).message, /no token/)
  nowMs += 10_000
  assert.match((await failure('jwt_verify', '', token, 'secret')).message, /expired/)
  const eternal = await call('jwt_encode', '', { sub: 'u' }, 'secret')
  assert.match((await failure('jwt_verify', '', eternal, 'secret')).message, /no expiry/)
  assert.equal(plain(await call('jwt_verify', '', eternal, 'secret', 'HS256', false)), { sub: 'u' })
  const early = await call('jwt_encode', '', { nbf: nowMs / 1000 + 5 }, 'secret')
  assert.match((await failure('jwt_verify', '', early, 'secret', 'HS256', false)).message, /not valid yet/)
})

test('a token that says it is signed with nothing, or with a public key as a secret, is refused', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const [secret, open] = [privateKey.export({ type: 'pkcs8', format: 'pem' }), publicKey.export({ type: 'spki', format: 'pem' })]
  const token = await call('jwt_encode', '', { sub: 'u' }, secret, 'RS256')
  assert.equal(plain(await call('jwt_verify', '', token, open, 'RS256', false)), { sub: 'u' })
  const forged = await call('jwt_encode', '', { sub: 'admin' }, open, 'HS256')
  assert.match((await failure('jwt_verify', '', forged, open, 'RS256', false)).message, /not signed with RS256/)
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const none = `${part({ alg: 'none' })}.${part({ sub: 'admin' })}.`
  assert.match((await failure('jwt_verify', '', none, 'secret', 'HS256', false)).message, /not signed/)
  assert.is((await failure('jwt_verify', '', none, 'secret', 'none', false)).kind, 'Invalid')
  assert.is((await failure('jwt_encode', '', { sub: 'u' }, 'no pem', 'RS256')).kind, 'Invalid')
})

test('Lua has all of it, with bytes kept', () =>
  withApp({}, async (app) => {
    const code = `local key = crypto.random.bytes(32)
      local sealed = crypto.encrypt.aes("\\0\\255x", key)
      return { #key, crypto.decrypt.aes(sealed, key) == "\\0\\255x", #crypto.random.string(8, "ab"), #crypto.random.uuid(),
        crypto.constant_time_compare("a", "a"), crypto.constant_time_compare("a", "b"), #crypto.hmac.sha512("k", "d"), #crypto.pbkdf2("p", "s", 1, 20),
        crypto.jwt.verify(crypto.jwt.encode({ a = 1 }, "k"), "k", nil, false).a }`
    assert.equal(await app.eval(code, { modules: ['crypto'] }), [32, true, 8, 36, true, false, 128, 20, 1])
  }))

test.run()
