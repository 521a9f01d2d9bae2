// The plugins that are installed.

import { deskOf } from '../../app/plugin-desk.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = async ({ node }) => ({ plugins: await (await deskOf(node)).list() })
