// `sendfile`: a handler that ends with the header X-Sendfile, and no body, has the server answer with that file of `sendfile.fs`; as a
// download when it says X-File-Name too.

import { Kind } from '../../error.ts'
import { blame } from '../../registry/blame.ts'
import { type Entry, resolveId } from '../../registry/entry.ts'
import type { EntrySettings } from '../../service/settings.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

export const sendfile = (options: EntrySettings, { files }: Surroundings, entry: Entry): Step => {
  const written = options.text('sendfile.fs', options.text('fs', ''))
  if (written === '') {
    const hint = 'Name an fs.directory under sendfile.fs.'
    throw blame(entry, 'data', { code: 'ENTRY_FIELD', kind: Kind.Invalid, message: `"${entry.id}" has sendfile without a directory`, hint })
  }
  const volume = resolveId(written, entry.ns)
  return (exchange) => {
    exchange.handOver = (path, name, headers) => files.hand(exchange, { volume, context: exchange.own, path, name, headers })
  }
}
