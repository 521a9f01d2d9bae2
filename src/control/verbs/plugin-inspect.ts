// One plugin: exports, permissions, limits, what it did.

import { deskOf } from '../../app/plugin-desk.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => (await deskOf(node)).inspect(textOf(args, 'name'))
