// What a plugin asks for and may; with `allow`, what it may from now on.

import { deskOf } from '../../app/plugin-desk.ts'
import { textOf, textsOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => (await deskOf(node)).permissions(textOf(args, 'name'), textsOf(args, 'allow'))
