// Settles an entry that was changed at run time and is something else in the files.

import { operating } from '../../service/entry-change.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = ({ node: { registry, parts }, args }) => {
  const author = textOf(args, 'author')
  const take = args.take === 'files' ? 'files' : 'runtime'
  return registry.settle(textOf(args, 'id'), take, { author, message: 'as the files say', allow: operating(parts.audit, author) })
}
