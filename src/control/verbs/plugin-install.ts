// Installs a component as a plugin, or, with `update`, over one that is there: one changeset, live when it is answered.

import { deskOf } from '../../app/plugin-desk.ts'
import { bytesOf, textOf, textsOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const asked = {
    name: textOf(args, 'name'),
    component: bytesOf(args, 'component'),
    allow: textsOf(args, 'allow'),
    update: args.update === true,
  }
  return (await deskOf(node)).install(asked)
}
