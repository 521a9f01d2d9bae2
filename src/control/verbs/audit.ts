// What the audit holds, the oldest first, and with `follow` what it takes in from now on.

import { auditQuery } from '../../app/audit-view.ts'
import { type AuditRecord, isMeant } from '../../service/audit-ring.ts'
import { untilOver, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args, send, gone }) => {
  const { audit } = node.parts
  const query = auditQuery(args)
  const late: AuditRecord[] = []
  let lost = 0
  let give = (record: AuditRecord): void => void late.push(record)
  const hear = (record: AuditRecord): void => {
    if (isMeant(query, record)) give(record)
  }
  try {
    const records = await audit.read(query, args.follow === true ? hear : null)
    give = (record) => {
      if (!send(record)) lost++
    }
    for (const record of [...records.toReversed(), ...late]) give(record)
    if (args.follow === true) await untilOver({ node, gone })
    return { lost }
  } finally {
    audit.forget(hear)
  }
}
