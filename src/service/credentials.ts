// What Lua holds of an actor or a scope: its bytes, under a seal that only this node can make.
//
//   C1 A process owns every byte of its memory, so what it holds proves nothing but by its seal: it may read it, and not make or change one.
//   C2 A credential is good for the process it was given to, and until the node ends.
// As text: base64url of seal (16 bytes) · msgpack [which, pid, content].

import { Kind, WippyError } from '../error.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Actor } from '../security/request.ts'
import { type Scope, scopeOf } from '../security/scope.ts'

/** Loaded when first used: most apps hold no credentials, and it takes a start several milliseconds. */
const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

type Which = 'actor' | 'scope'

const SEAL_BYTES = 16
const LONGEST = 128 * 1024 // bytes: an actor's meta may be large, a scope has few policies

const invalid = (which: Which): WippyError =>
  new WippyError('CREDENTIAL_INVALID', Kind.PermissionDenied, `this is no ${which} that was given to this process`, { retryable: false })

export class Credentials {
  #secret: Uint8Array | null = null

  actor(pid: Pid, { id, meta }: Actor): string {
    return this.#issue('actor', pid, [id, meta])
  }

  scope(pid: Pid, { policies, allow }: Scope): string {
    return this.#issue('scope', pid, [policies, allow])
  }

  /** Throws CREDENTIAL_INVALID. */
  readActor(pid: Pid, text: unknown): Actor {
    const [id, meta] = this.#read('actor', pid, text) as [string, Actor['meta']]
    return { id, meta }
  }

  /** Throws CREDENTIAL_INVALID. */
  readScope(pid: Pid, text: unknown): Scope {
    const [policies, allow] = this.#read('scope', pid, text) as [string[], string[]]
    return scopeOf(policies, allow)
  }

  #issue(which: Which, pid: Pid, content: readonly unknown[]): string {
    const payload = encodeAll([which, pid, ...content])
    if (payload.length > LONGEST) {
      const message = `an ${which} of ${payload.length} bytes is too large: at most ${LONGEST} are possible`
      throw new WippyError('CREDENTIAL_TOO_LARGE', Kind.Invalid, message, { retryable: false })
    }
    return Buffer.concat([this.#seal(payload), payload]).toString('base64url')
  }

  #read(which: Which, pid: Pid, text: unknown): readonly unknown[] {
    if (typeof text !== 'string' || text.length > LONGEST * 2) throw invalid(which)
    const bytes = Buffer.from(text, 'base64url')
    const payload = bytes.subarray(SEAL_BYTES)
    if (bytes.length <= SEAL_BYTES || !crypto().timingSafeEqual(bytes.subarray(0, SEAL_BYTES), this.#seal(payload))) throw invalid(which)
    const [is, owner, ...content] = decodeAll(payload)
    if (is !== which || owner !== pid) throw invalid(which)
    return content
  }

  #seal(payload: Uint8Array): Uint8Array {
    this.#secret ??= crypto().randomBytes(32)
    return crypto().createHmac('sha256', this.#secret).update(payload).digest().subarray(0, SEAL_BYTES)
  }
}
