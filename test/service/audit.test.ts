// What the audit keeps, how much of it, and when.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { auditOf, auditQuery } from '../../src/app/audit-view.ts'
import { systemClock } from '../../src/clock.ts'
import { StateFolder } from '../../src/lmdb/state-folder.ts'
import type { Pid } from '../../src/pid.ts'
import { Audit } from '../../src/service/audit.ts'
import { type AuditRecord, Rings, readAudit } from '../../src/service/audit-ring.ts'
import type { Doer } from '../../src/service/service.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('audit')

const doer = (pid: string, actor = 'ada'): Doer => ({
  pid: pid as Pid,
  entry: 'app:agent',
  context: { values: {}, actor: { id: actor, meta: {} } },
})
const no = { verdict: 'deny', policy: 'app:no' } as const
const yes = { verdict: 'allow', policy: 'app:yes' } as const

type Line = readonly [message: string, fields: Readonly<Record<string, unknown>>]
type Given = { readonly audit: Audit; readonly state: StateFolder; readonly lines: Line[] }

const withAudit = async (act: (given: Given) => Promise<void>, path = join(directoryWith({}), 'state')): Promise<void> => {
  const state = new StateFolder(path)
  const lines: Line[] = []
  const audit = new Audit({
    state,
    clock: systemClock,
    log: { record: (_level, _source, message, fields = {}) => void lines.push([message, fields]) },
  })
  try {
    await act({ audit, state, lines })
  } finally {
    await state.close()
  }
}

const counts = (records: readonly AuditRecord[]): Record<string, number> =>
  Object.fromEntries(records.map(({ verdict, pid, action, resource, times }) => [`${verdict} ${pid} ${action} ${resource}`, times]))

test('what one process does again and again within a moment is one record with a count', () =>
  withAudit(async ({ audit, lines }) => {
    for (let i = 0; i < 500; i++) audit.denied(doer('a'), { action: 'store.get', resource: 'app:s' }, no)
    for (let i = 0; i < 3; i++) audit.allowed(doer('a'), { action: 'env.set', resource: 'X' }, yes)
    audit.denied(doer('b'), { action: 'store.get', resource: 'app:s' }, no)
    assert.equal(counts(await audit.read()), { 'deny a store.get app:s': 500, 'allow a env.set X': 3, 'deny b store.get app:s': 1 })
    assert.equal(
      lines.map(([message, { times = 1 }]) => [message, times]),
      [
        ['permission denied', 500],
        ['permission denied', 1],
      ],
    )
  }))

test('a process has so many denies within a moment; what is beyond is counted together', () =>
  withAudit(async ({ audit }) => {
    for (let i = 0; i < 300; i++) audit.denied(doer('a'), { action: 'store.get', resource: `app:s${i}` }, no)
    const records = await audit.read()
    assert.is(records.length, 21)
    assert.equal([records[0]!.action, records[0]!.times], ['*', 280])
  }))

test('of too many at once no allow is lost, and denies that are lost are counted', () =>
  withAudit(async ({ audit, lines }) => {
    for (let pid = 0; pid < 600; pid++) {
      for (let i = 0; i < 20; i++) audit.denied(doer(`p${pid}`), { action: 'x', resource: `${i}` }, no)
    }
    for (let i = 0; i < 25_000; i++) audit.allowed(doer('a'), { action: 'registry.apply', resource: `app:e${i}` }, yes)
    const allows = await audit.read({ verdict: 'allow', limit: 50_000 })
    assert.is(new Set(allows.map(({ resource }) => resource)).size, 25_000)
    const denies = await audit.read({ verdict: 'deny', limit: 50_000 })
    assert.is(denies.length, 10_000)
    assert.equal(
      lines.filter(([message]) => message !== 'permission denied'),
      [['audit records lost, too many at once', { lost: 2000 }]],
    )
  }))

const LIMITS = { records: 100, bytes: 4000 }
const record = (verdict: 'allow' | 'deny', at: number, resource = `${at}`): AuditRecord => ({
  ...{ time: at, verdict, actor: 'ada', action: 'x', resource, policy: null, entry: 'app:a', pid: 'p', times: 1 },
})

test('the oldest go when there are too many, also after a restart; who is denied a lot pushes out no allow', async () => {
  const folder = directoryWith({})
  for (const round of [0, 1]) {
    const state = new StateFolder(folder)
    const environment = await state.owned()
    const rings = new Rings(environment, LIMITS)
    if (round === 0) await rings.append([record('allow', 0, 'first')])
    for (let i = 0; i < 50; i++) await rings.append(Array.from({ length: 7 }, (_, at) => record('deny', round * 350 + i * 7 + at)))
    const denies = readAudit(environment, { verdict: 'deny' })
    assert.equal([denies.length, denies[0]!.time, denies.at(-1)!.time], [100, round * 350 + 349, round * 350 + 250])
    assert.equal(
      readAudit(environment, { verdict: 'allow' }).map(({ resource }) => resource),
      ['first'],
    )
    await state.close()
  }
})

test('the oldest go when they are too large together; a resource somebody made up is cut', async () => {
  const state = new StateFolder(directoryWith({}))
  const environment = await state.owned()
  const rings = new Rings(environment, LIMITS)
  for (let at = 0; at < 60; at++) await rings.append([record('deny', at, 'x'.repeat(10_000))])
  const kept = readAudit(environment)
  assert.ok(kept.length >= 6 && kept.length <= 8, `${kept.length} records of over 500 bytes, where 4,000 bytes fit`)
  assert.equal([kept[0]!.time, kept[0]!.resource.length], [59, 513])
  await state.close()
})

test('what is ahead is on the disk no later than what is written after it', () =>
  withAudit(async ({ audit, state }) => {
    const environment = await state.owned()
    const table = environment.table('other')
    for (let round = 0; round < 5; round++) {
      audit.allowed(doer('a'), { action: 'registry.apply', resource: `app:e${round}` }, yes)
      await audit.ahead()
      await environment.write((batch) => batch.put(table, 'key', Uint8Array.of(round)))
      assert.is(readAudit(environment, { resource: `app:e${round}` }).length, 1)
    }
  }))

test('what is looked for has to fit in every way', () =>
  withAudit(async ({ audit, state }) => {
    audit.allowed(doer('a', 'ada'), { action: 'registry.apply', resource: 'tools:x' }, yes)
    audit.denied(doer('b', 'bob'), { action: 'registry.apply', resource: 'app:y' }, no)
    audit.denied(doer('b', 'bob'), { action: 'store.get', resource: 'app:s' }, no)
    audit.operated('cli:jo', { action: 'registry.apply', resource: 'app:z' })
    await audit.flush()
    const found = async (asked: Record<string, unknown>): Promise<string[]> =>
      (await auditOf(state.path, auditQuery(asked))).map(({ resource }) => resource)
    assert.equal(await found({}), ['app:z', 'app:s', 'app:y', 'tools:x'])
    assert.equal(await found({ limit: 2 }), ['app:z', 'app:s'])
    assert.equal(await found({ actor: 'bob', action: 'registry.*' }), ['app:y'])
    assert.equal(await found({ actor: 'operator' }), ['app:z'])
    assert.equal(await found({ verdict: 'deny', resource: 'app:*' }), ['app:s', 'app:y'])
    assert.equal(await found({ since: '2999-01-01' }), [])
    assert.is((await found({ since: '1h' })).length, 4)
    assert.throws(() => auditQuery({ verdict: 'perhaps' }), /verdict cannot be looked for/)
    assert.throws(() => auditQuery({ actor: 7 }), /actor cannot be looked for/)
  }))

test('what cannot be written is said once, and goes on', () =>
  withAudit(
    async ({ audit, lines }) => {
      for (let i = 0; i < 3; i++) {
        audit.allowed(doer('a'), { action: 'env.set', resource: 'X' }, yes)
        await audit.flush()
      }
      assert.equal(
        lines.map(([message]) => message),
        ['the audit is not written'],
      )
    },
    join(directoryWith({ file: 'not a folder' }), 'file', 'state'),
  ))

test.run()
