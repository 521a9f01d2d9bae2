// Installs a component as a plugin, or, with `update`, over one that is there: one changeset, live when it is answered.

import { deskOf } from '../../app/plugin-desk.ts'
import { Kind, WippyError } from '../../error.ts'
import { textOf, textsOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const { component } = args
  if (!(component instanceof Uint8Array))
    throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, 'component is missing', { retryable: false })
  const asked = { name: textOf(args, 'name'), component, allow: textsOf(args, 'allow'), update: args.update === true }
  return (await deskOf(node)).install(asked)
}
