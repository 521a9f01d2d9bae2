// `limits:` of hosts, processes and functions: what an entry says, over what it inherits.
//
//   limits: { memory: 16MiB, fuel: 100000, hard_fuel: 600000, mailbox: { messages: 1000, size: 1MiB, policy: refuse } }
//
// A host may bound its processes too: `limits: { processes: 1000 }`, or `max_processes`, by itself or under `host`, as older configurations
// do; 0 is no limit of its own.

import { Kind } from '../error.ts'
import type { HostLimits } from '../kernel/host.ts'
import type { MailboxLimits } from '../kernel/mailbox.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, type Fields, fieldsOf, isFields } from '../registry/entry.ts'
import { parseSize } from '../registry/units.ts'
import { didYouMean } from '../suggest.ts'

type Own = Partial<Omit<HostLimits, 'mailbox'>> & { readonly mailbox?: Partial<MailboxLimits> }

/** One field: the limit it sets, how it is read (undefined: it cannot be), and what it should be. */
type Field = { readonly limit: string; readonly read: (value: unknown) => unknown; readonly wanted: string }

const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined

const size = (value: unknown): number | undefined => {
  try {
    return whole(parseSize(value))
  } catch {
    return undefined
  }
}

const policy = (value: unknown): unknown => (['refuse', 'drop-oldest', 'drop-newest'].includes(value as string) ? value : undefined)

const count = (limit: string): Field => ({ limit, read: whole, wanted: 'a whole number greater than 0' })
const bytes = (limit: string): Field => ({ limit, read: size, wanted: 'a size, for example 64KiB or 16MiB' })

const MAILBOX: Readonly<Record<string, Field>> = {
  messages: count('messages'),
  size: bytes('bytes'),
  policy: { limit: 'policy', read: policy, wanted: 'refuse, drop-oldest or drop-newest' },
}
const OF_PROCESS: Readonly<Record<string, Field>> = { memory: bytes('memoryBytes'), fuel: count('fuel'), hard_fuel: count('hardFuel') }
const OF_HOST = { processes: count('processes'), ...OF_PROCESS }

const invalid = (entry: Entry, path: string, wanted: string) =>
  blame(entry, path, {
    code: 'LIMIT_INVALID',
    kind: Kind.Invalid,
    message: `${path.slice('data.'.length)} of "${entry.id}" is not ${wanted}`,
    hint: `Write ${wanted}.`,
  })

const readOne = (entry: Entry, path: string, field: Field, value: unknown): unknown => {
  const read = field.read(value)
  if (read === undefined) throw invalid(entry, path, field.wanted)
  return read
}

const readAll = (entry: Entry, path: string, written: unknown, fields: Readonly<Record<string, Field>>): Fields => {
  if (written === undefined) return {}
  const names = [...Object.keys(fields), ...(fields === MAILBOX ? [] : ['mailbox'])]
  if (!isFields(written)) throw invalid(entry, path, `a map of ${names.join(', ')}`)
  const pairs = Object.entries(written).map(([key, value]) => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (field) return [field.limit, readOne(entry, `${path}.${key}`, field, value)]
    const hint = didYouMean(key, names, `There are ${names.join(', ')}.`)
    throw blame(entry, `${path}.${key}`, {
      code: 'LIMIT_UNKNOWN',
      kind: Kind.Invalid,
      message: `"${entry.id}" sets "${key}", which is no limit`,
      hint,
    })
  })
  return Object.fromEntries(pairs)
}

const NONE: Own = {}

const read = (entry: Entry): Own => {
  const { limits, host, max_processes } = fieldsOf(entry)
  const group = isFields(host) ? host.max_processes : undefined
  const processes = group ?? max_processes ?? 0
  if (limits === undefined && processes === 0) return NONE
  const { mailbox, ...rest } = isFields(limits) ? limits : {}
  const path = group === undefined ? 'data.max_processes' : 'data.host.max_processes'
  return {
    ...(processes === 0 ? {} : { processes: readOne(entry, path, OF_HOST.processes, processes) as number }),
    ...readAll(entry, 'data.limits', isFields(limits) ? rest : limits, entry.kind.endsWith('.host') ? OF_HOST : OF_PROCESS),
    ...(mailbox === undefined ? {} : { mailbox: readAll(entry, 'data.limits.mailbox', mailbox, MAILBOX) }),
  }
}

const known = new WeakMap<Entry, Own>()

/** The limits of an entry where `inherited` holds. Throws LIMIT_INVALID, LIMIT_UNKNOWN. */
export const limitsOf = (entry: Entry, inherited: HostLimits): HostLimits => {
  let own = known.get(entry)
  if (own === undefined) {
    own = read(entry)
    known.set(entry, own)
  }
  return own === NONE ? inherited : { ...inherited, ...own, mailbox: { ...inherited.mailbox, ...own.mailbox } }
}
