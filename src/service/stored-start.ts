// What a workflow starts from, as bytes that outlive the node: its program, and what it inherits.

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

export const contextToBytes = ({ values, actor, scope, operator }: Context): Uint8Array =>
  encodeAll([values, actor ?? null, scope?.policies ?? null, operator === true, scope?.allow ?? []])
export const contextFromBytes = (bytes: Uint8Array): Context => {
  const [values, actor, policies, operator, allow = []] = decodeAll(bytes) as Stored
  return { values, operator, ...(actor && { actor }), ...(policies && { scope: scopeOf(policies, allow) }) }
}
type Stored = [Context['values'], Context['actor'] | null, string[] | null, boolean, string[]?]
