// Takes a plugin away with all its entries, unless somebody uses it.

import { deskOf } from '../../app/plugin-desk.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => (await deskOf(node)).remove(textOf(args, 'name'))
