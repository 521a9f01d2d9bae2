import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { hashService } from '../../src/service/hash.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'

const test = suite('hash')
const hash = (op: string, algorithm: string, ...args: unknown[]) => ask(hashService(), fakeCaller(), op, algorithm, args)

test('text and bytes of the same content have the same digest', async () => {
  const text = 'héllo €\u{1f600}\0'
  const [digest] = await values(hash('hash.digest', 'sha256', text, false))
  assert.equal(await values(hash('hash.digest', 'sha256', new TextEncoder().encode(text), false)), [digest])
  assert.equal(await values(hash('hash.digest', 'md5', 'hello', false)), ['5d41402abc4b2a76b9719d911017c592'])
})

test('bytes that are no text are hashed as they are', async () => {
  const digest = ['5ba93c9db0cff93f52b521d7420e43f6eda2784f']
  assert.equal(await values(hash('hash.digest', 'sha1', new Uint8Array([0]), false)), digest)
  assert.equal(await values(hash('hash.digest', 'sha1', '\0', false)), digest)
})

test('raw digests are bytes', () => {
  const [digest] = hash('hash.hmac', 'md5', 'x', 'y', false) as string[]
  assert.equal(hash('hash.hmac', 'md5', 'x', 'y', true), [new Uint8Array(Buffer.from(digest!, 'hex'))])
  assert.is(((hash('hash.digest', 'sha512', 'x', true) as Uint8Array[])[0] as Uint8Array).length, 64)
})

test('HMAC as in RFC 4231', async () => {
  assert.equal(await values(hash('hash.hmac', 'sha256', 'what do ya want for nothing?', 'Jefe', false)), [
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ])
})

test('other algorithms and inputs are refused', () => {
  const invalid = (error: WippyError) => error.kind === 'Invalid' && error.retryable === false
  for (const name of ['sha3', '', 'constructor', 'RSA-MD5']) assert.throws(() => hash('hash.digest', name, 'x', false), invalid)
  for (const bad of [1, null, ['x']]) assert.throws(() => hash('hash.digest', 'md5', bad, false), invalid)
  assert.throws(() => hash('hash.hmac', 'md5', 'x', null, false), invalid)
})

test.run()
