// Who is there: what somebody from elsewhere says first, to be let in.

import { PROTOCOL } from '../protocol.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = ({ node: { config } }) => ({ protocol: PROTOCOL, name: config.name ?? '', root: config.root })
