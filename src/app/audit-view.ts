// The audit as it is looked at: of a node that runs, or of a folder, whether a node runs there or not.

import { Kind, WippyError } from '../error.ts'
import { StateFolder } from '../lmdb/state-folder.ts'
import { parseDuration } from '../registry/units.ts'
import { type AuditQuery, type AuditRecord, readAudit } from '../service/audit-ring.ts'

export type { AuditRecord }

const MOST_SHOWN = 10_000 // records

type Asked = Readonly<Record<string, unknown>>

const wrong = (name: string): WippyError =>
  new WippyError('AUDIT_QUERY', Kind.Invalid, `${name} cannot be looked for`, { retryable: false })

const timeIn = (text: string): number => {
  const time = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  try {
    return Date.now() - parseDuration(text)
  } catch (cause) {
    const hint = 'Write 30m, 12h or 7d, or a date: 2026-01-31T12:00Z.'
    throw new WippyError('AUDIT_QUERY', Kind.Invalid, `"${text}" is no time`, { retryable: false, hint, cause })
  }
}

/** A query from what somebody sent; `since` is a date, or how long ago. Throws AUDIT_QUERY. */
export const auditQuery = (asked: Asked): AuditQuery => {
  const text = (name: string): string | undefined => {
    const value = asked[name] ?? undefined
    if (value === undefined || typeof value === 'string') return value
    throw wrong(name)
  }
  const [actor, action, resource, since, verdict] = [text('actor'), text('action'), text('resource'), text('since'), text('verdict')]
  const limit = asked.limit ?? MOST_SHOWN
  if (!Number.isSafeInteger(limit) || (limit as number) < 0) throw wrong('limit')
  if (verdict !== undefined && verdict !== 'allow' && verdict !== 'deny') throw wrong('verdict')
  return {
    limit: Math.min(limit as number, MOST_SHOWN),
    ...(verdict !== undefined && { verdict }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(resource !== undefined && { resource }),
    ...(since !== undefined && { since: timeIn(since) }),
  }
}

/** What a state folder holds, the newest first: what a node that runs there noted within the last moment is not in it yet. */
export const auditOf = async (folder: string, query: AuditQuery): Promise<readonly AuditRecord[]> => {
  const state = new StateFolder(folder, { readOnly: true })
  try {
    const environment = await state.existing()
    return environment ? readAudit(environment, query) : []
  } finally {
    await state.close()
  }
}
