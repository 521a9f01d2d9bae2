// Takes old versions away.

import { Kind, WippyError } from '../../error.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = async ({ node: { registry, parts }, args: { keep } }) => {
  if (typeof keep !== 'number' || !Number.isSafeInteger(keep) || keep < 1)
    throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, 'keep is not a number of versions', { retryable: false })
  const gone = await registry.prune(keep)
  const left = registry.versions().length
  parts.log.record('info', 'control', 'versions of the registry taken away', { gone, left })
  return { gone, left }
}
