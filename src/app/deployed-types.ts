// What types say of Lua that is to come to a node, beside all that is there.

import type { WippyError } from '../error.ts'
import type { Entry } from '../registry/entry.ts'
import { EntryTypes, typeError } from '../service/entry-types.ts'

/** Of entries that come in place of those of their ids, when those of `gone` have gone: each mistake, with its place. */
export const deployedTypes = (coming: readonly Entry[], there: readonly Entry[], gone: readonly string[]): readonly WippyError[] => {
  const after = new Map([...there, ...coming].map((entry) => [entry.id, entry]))
  for (const id of gone) after.delete(id)
  const types = new EntryTypes((id) => after.get(id))
  return coming.flatMap((entry) => types.of(entry).map((diagnostic) => typeError(entry, diagnostic)))
}
