// What a workflow starts from, as bytes that outlive the node: its program, and what it inherits.

import { Kind, WippyError } from '../error.ts'
import { decodeAll, encode, encodeAll } from '../msgpack.ts'
import type { Program } from '../program.ts'
import { scopeOf } from '../security/scope.ts'
import { programHash, type StoredProgram } from '../workflow/programs.ts'
import type { Context } from './service.ts'

/** A program as it is stored, and its name. */
export const storedProgram = (program: Program): StoredProgram => {
  const bytes = encode(program)
  return { bytes, hash: programHash(bytes) }
}

type Stored = [Context['values'], Context['actor'] | null, readonly string[] | null, boolean, (readonly string[])?, string?]

/** Throws BUDGET_DURABLE for rights within those of somebody else: they do not outlive those. */
export const contextToBytes = ({ values, actor, scope, operator, overlay, within }: Context): Uint8Array => {
  if (within !== undefined)
    throw new WippyError('BUDGET_DURABLE', Kind.PermissionDenied, 'what runs within the rights of somebody else cannot outlive them')
  const said: Stored = [values, actor ?? null, scope?.policies ?? null, operator === true, scope?.allow ?? []]
  return encodeAll(overlay === undefined ? said : [...said, overlay])
}

/** The context that `contextToBytes` has written. */
export const contextFromBytes = (bytes: Uint8Array): Context => {
  const [values, actor, policies, operator, allow = [], overlay] = decodeAll(bytes) as Stored
  return {
    values,
    operator,
    ...(actor && { actor }),
    ...(policies && { scope: scopeOf(policies, allow) }),
    ...(overlay !== undefined && { overlay }),
  }
}
