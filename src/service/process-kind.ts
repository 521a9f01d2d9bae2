// `process.service`: one process of an entry, with its input, on a host.

import { Kind } from '../error.ts'
import { encodeAll } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import type { Authority } from './authority.ts'
import { HOST_KINDS } from './hosts.ts'
import type { Launcher } from './launcher.ts'
import type { ServiceKind } from './services.ts'

const reference = (entry: Entry, field: 'process' | 'host', after: State, kinds: readonly string[]): void => {
  const value = fieldsOf(entry)[field]
  const id = typeof value === 'string' ? resolveId(value, entry.ns) : ''
  const target = after.get(id)
  if (target && kinds.includes(target.kind)) return
  const message = id === '' ? `"${entry.id}" has no ${field}` : target ? `"${id}" is a ${target.kind}` : `"${id}" does not exist`
  throw blame(entry, `data.${field}`, {
    code: 'SERVICE_INVALID',
    kind: Kind.Invalid,
    message,
    hint: `Name a ${kinds.join(' or ')} entry under ${field}:`,
  })
}

const runOf = (entry: Entry) => {
  const { process, host, input } = fieldsOf(entry)
  return {
    process: resolveId(String(process), entry.ns),
    host: resolveId(String(host), entry.ns),
    input: Array.isArray(input) ? input : [],
  }
}

export const processKind = (launcher: Launcher, authority: Authority): ServiceKind => ({
  kind: 'process.service',
  check: (entry, after) => {
    reference(entry, 'process', after, ['process.lua'])
    reference(entry, 'host', after, HOST_KINDS)
  },
  runOf,
  spawn: (entry) => {
    const { process, host, input } = runOf(entry)
    return launcher.spawn({ entry: process, host, args: encodeAll(input), context: authority.of(entry) }).pid
  },
})
